"""Finds strangers' texts that address an assistant, so that an answer names them first.

It is a warning and no guard: what it misses is still data, marked as others' words.
"""

import re
import unicodedata
from functools import cache
from typing import Final

LONGEST: Final = 20_000
"""Characters of one text that are searched."""

_OF = r"(?:all |any |the |your |my |these |every )*"
_EARLIER = r"(?:previous|prior|above|earlier|preceding|existing|original|system)"
_ORDERS = r"(?:instructions?|prompts?|rules|messages?|directions|guidelines|context|orders)"
_READER = r"(?:assistants?|ai|a\.i\.|llm|language model|chatbot|ai agent|claude|chatgpt|gpt|copilot|gemini|codex)"
_ENGLISH = (
    rf"(?:ignore|disregard|forget|override|bypass) {_OF}{_EARLIER}",
    rf"(?:ignore|disregard|forget|override) {_OF}{_ORDERS}\b",
    r"you are now (?:an? |the |my |acting|operating|required|allowed|authori[sz]ed|permitted|free (?:to|of)|root)",
    r"from now on,? you\b",
    rf"as an? (?:{_READER}|large language model)\b",
    rf"(?:dear|hey|hello|hi|attention|note to|message to|if you are an?) {_READER}\b",
    rf"(?:^|\n)[^\w\n]{{0,6}}(?:(?:ai )?assistant|claude|chatgpt|system prompt|new instructions?"
    rf"|instructions? (?:for|to) (?:the )?{_READER})[^\w\n:,]{{0,6}}[:,]",
    r"(?:call|use|invoke|run|execute) (?:the |this |your |that |following )*(?:[\w.-]+ )?tools?\b"
    r"(?!.?(?:bar|tip|box|kit))",
    r"\b[a-z]{4,12}_(?:accept|reject|delete|create|update|cancel|start|finish|run|launch|get|list|mark|add|set)_[a-z_]+\b",
    r"without (?:asking|telling|confirming|waiting for|notifying) (?:the |any |your )?"
    r"(?:user|person|human|anyone|confirm)",
    r"(?:do not|don't|never) (?:tell|ask|inform|mention|show)\b[^.\n]{0,30}\b(?:user|person|human)\b",
    r"(?:user|person|human|owner|operator|admin)s? (?:has|have) (?:already )?(?:approved|confirmed|agreed|consented)",
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?inst\]|<</?sys>>",
)
_OTHERS = (
    # German
    r"(?:ignorier\w*|missachte\w*|vergiss|vergesse\w*) (?:alle |die |deine |bitte )*"
    r"(?:vorherigen?|bisherigen?|obigen?|fruheren?)",
    r"du bist (?:jetzt|nun|ab sofort)\b",
    r"als (?:ki|assistent|sprachmodell)\b",
    r"ruf\w* (?:das |dieses )?(?:tool|werkzeug)",
    r"ohne (?:den |die )?(?:nutzer|benutzer|menschen|person|ruckfrage)",
    # French
    r"(?:ignor\w+|oubli\w+) (?:toutes? )?(?:les|vos|tes|ces) (?:instructions|consignes|regles)",
    r"(?:tu es|vous etes) (?:maintenant|desormais)",
    r"en tant qu(?:'|\u2019| )(?:ia|assistant|intelligence)",
    r"(?:appel\w+|utilis\w+) l(?:'|\u2019)outil",
    # Spanish, Portuguese, Italian
    r"ignor\w+ (?:todas? |tutte )?(?:las|tus|as|suas|le|queste) (?:instrucciones|instrucoes|istruzioni)",
    r"(?:ahora eres|agora voce e|ora sei)\b",
    r"(?:llama|usa|chame|use|chiama) (?:a )?(?:la herramienta|a ferramenta|lo strumento)",
    # Russian, Chinese, Japanese
    r"игнорируи\w* (?:все )?(?:предыдущие|прежние|эти) (?:инструкции|указания|правила)",
    r"(?:忽略|无视|忘记).{0,8}(?:指令|指示|说明|提示)|你现在是|作为(?:一个)?(?:ai|人工智能|助手)|调用.{0,6}工具",
    r"(?:以前|前|上記|これまで)の(?:指示|命令|ルール)を?.{0,4}(?:無視|忘れ)|あなたは(?:今|これから)|ツールを(?:呼び出|実行)",
)  # fmt: skip
# No pattern matches without one of these; most texts are dismissed here.
_HINTS = (
    "ignor", "disregard", "forget", "overrid", "bypass", "missacht", "vergiss", "vergesse", "oubli", "you", "as a",
    "dear", "hey", "hello", "hi ", "attention", "note to", "message to", "assistant", "claude", "gpt", "system prompt",
    "instruction", "tool", "_", "without", "tell", "ask",
    "inform", "mention", "show", "approved", "confirmed", "agreed", "consented", "im_", "<|", "[inst", "inst]", "sys>>",
    "du bist", "als ", "werkzeug", "ohne ", "tu es", "vous etes", "en tant", "outil", "ahora", "agora", "ora sei",
    "herramienta", "ferramenta", "strumento", "игнор",
)  # fmt: skip
_WIDE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_BLANKS = re.compile(r"\s+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_SHORTEST: Final = 8


@cache
def _addressed() -> re.Pattern[str]:
    """All patterns; compiled on first use, which takes seven milliseconds."""
    # White space is collapsed first; a line may end between any two words.
    return re.compile("|".join((*_ENGLISH, *_OTHERS)).replace(" ", r"\s"))


def addresses_reader(text: str) -> bool:
    """Whether a text addresses an assistant, ignoring accents and the width of letters."""
    if len(text) < _SHORTEST:
        return False
    text = text[:LONGEST].casefold()
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    text = _BLANKS.sub(lambda match: "\n" if "\n" in match.group() else " ", text)
    return (any(hint in text for hint in _HINTS) or _WIDE.search(text) is not None) and bool(_addressed().search(text))
