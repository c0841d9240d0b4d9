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
_RULES: Final[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = (
    (
        ("ignore", "disregard", "forget", "override", "bypass"),
        (
            rf"(?:ignore|disregard|forget|override|bypass) {_OF}{_EARLIER}",
            rf"(?:ignore|disregard|forget|override) {_OF}{_ORDERS}\b",
        ),
    ),
    (
        ("you are now ",),
        (
            r"you are now (?:an? |the |my |acting|operating|required|allowed|authori[sz]ed|permitted|free (?:to|of)"
            r"|root)",
        ),
    ),
    (("from now on",), (r"from now on,? you\b",)),
    (("as a",), (rf"as an? (?:{_READER}|large language model)\b",)),
    (
        ("dear ", "hey ", "hello ", "hi ", "attention ", "note to ", "message to ", "if you are a"),
        (rf"(?:dear|hey|hello|hi|attention|note to|message to|if you are an?) {_READER}\b",),
    ),
    (
        ("assistant", "claude", "chatgpt", "system prompt", "instruction"),
        (
            rf"(?:^|\n)[^\w\n]{{0,6}}(?:(?:ai )?assistant|claude|chatgpt|system prompt|new instructions?"
            rf"|instructions? (?:for|to) (?:the )?{_READER})[^\w\n:,]{{0,6}}[:,]",
        ),
    ),
    (
        ("tool",),
        (
            r"(?:call|use|invoke|run|execute) (?:the |this |your |that |following )*(?:[\w.-]+ )?tools?\b"
            r"(?!.?(?:bar|tip|box|kit))",
        ),
    ),
    (
        ("_",),
        (
            r"\b[a-z]{4,12}_(?:accept|reject|delete|create|update|cancel|start|finish|run|launch|get|list|mark|add|set)"
            r"_[a-z_]+\b",
        ),
    ),
    (
        ("without ",),
        (
            r"without (?:asking|telling|confirming|waiting for|notifying) (?:the |any |your )?"
            r"(?:user|person|human|anyone|confirm)",
        ),
    ),
    (
        ("do not ", "don't ", "never "),
        (r"(?:do not|don't|never) (?:tell|ask|inform|mention|show)\b[^.\n]{0,30}\b(?:user|person|human)\b",),
    ),
    (
        ("approved", "confirmed", "agreed", "consented"),
        (
            r"(?:user|person|human|owner|operator|admin)s? (?:has|have) (?:already )?"
            r"(?:approved|confirmed|agreed|consented)",
        ),
    ),
    (("<", "inst]"), (r"<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?inst\]|<</?sys>>",)),
    # German
    (
        ("ignorier", "missachte", "vergiss", "vergesse"),
        (
            r"(?:ignorier\w*|missachte\w*|vergiss|vergesse\w*) (?:alle |die |deine |bitte )*"
            r"(?:vorherigen?|bisherigen?|obigen?|fruheren?)",
        ),
    ),
    (("du bist ",), (r"du bist (?:jetzt|nun|ab sofort)\b",)),
    (("als ",), (r"als (?:ki|assistent|sprachmodell)\b",)),
    (("ruf",), (r"ruf\w* (?:das |dieses )?(?:tool|werkzeug)",)),
    (("ohne ",), (r"ohne (?:den |die )?(?:nutzer|benutzer|menschen|person|ruckfrage)",)),
    # French, Spanish, Portuguese, Italian
    (
        ("ignor", "oubli"),
        (
            r"(?:ignor\w+|oubli\w+) (?:toutes? )?(?:les|vos|tes|ces) (?:instructions|consignes|regles)",
            r"ignor\w+ (?:todas? |tutte )?(?:las|tus|as|suas|le|queste) (?:instrucciones|instrucoes|istruzioni)",
        ),
    ),
    (("tu es ", "vous etes "), (r"(?:tu es|vous etes) (?:maintenant|desormais)",)),
    (("en tant qu",), (r"en tant qu(?:'|\u2019| )(?:ia|assistant|intelligence)",)),
    (("outil",), (r"(?:appel\w+|utilis\w+) l(?:'|\u2019)outil",)),
    (("ahora eres", "agora voce", "ora sei"), (r"(?:ahora eres|agora voce e|ora sei)\b",)),
    (
        ("herramienta", "ferramenta", "strumento"),
        (r"(?:llama|usa|chame|use|chiama) (?:a )?(?:la herramienta|a ferramenta|lo strumento)",),
    ),
    # Russian, Chinese, Japanese
    (("игнорируи",), (r"игнорируи\w* (?:все )?(?:предыдущие|прежние|эти) (?:инструкции|указания|правила)",)),
    (
        ("忽略", "无视", "忘记", "你现在是", "作为", "调用"),
        (r"(?:忽略|无视|忘记).{0,8}(?:指令|指示|说明|提示)|你现在是|作为(?:一个)?(?:ai|人工智能|助手)|调用.{0,6}工具",),
    ),
    (
        ("無視", "忘れ", "あなたは", "ツールを"),
        (
            r"(?:以前|前|上記|これまで)の(?:指示|命令|ルール)を?.{0,4}(?:無視|忘れ)|あなたは(?:今|これから)"
            r"|ツールを(?:呼び出|実行)",
        ),
    ),
)
"""Patterns, each after texts of which every match of theirs contains one: most texts contain none of them."""
_HINTS: Final = tuple((hint, patterns) for hints, patterns in _RULES for hint in hints)
_BLANKS = re.compile(r"\s+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_SHORTEST: Final = 8


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Patterns as one; compiled on first use, since all together take seven milliseconds."""
    # White space is collapsed first; a line may end between any two words.
    return re.compile("|".join(patterns).replace(" ", r"\s"))


def addresses_reader(text: str) -> bool:
    """Whether a text addresses an assistant, ignoring accents and the width of letters."""
    if len(text) < _SHORTEST:
        return False
    text = _folded(text)
    line, lines = " ".join(text.split()), ""
    for hint, patterns in _HINTS:
        if hint in line:
            lines = lines or _collapsed(text)
            if _compiled(patterns).search(lines):
                return True
    return False


def _folded(text: str) -> str:
    """The searched part of a text, without case, accents and widths."""
    text = text[:LONGEST].casefold()
    return text if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


def _collapsed(text: str) -> str:
    """A text whose white space is single spaces and line ends."""
    return _BLANKS.sub(lambda match: "\n" if "\n" in match.group() else " ", text)
