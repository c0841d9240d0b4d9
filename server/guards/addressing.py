"""Phrases with which a text addresses an assistant, in the languages that teams write in.

They are matched in lower case, without accents, and with any white space between two words. Each leaves alone what bug
reports say of users, dialogs and chatbots: `tests/injection/ordinary.py` has such texts.
"""

from collections.abc import Iterator
from typing import Final

_OF = r"(?:all |any |the |your |my |these |those |every |of )*"
_EARLIER = r"(?:previous|prior|above|earlier|preceding|existing|original|former|system)"
_ORDERS = r"(?:instructions?|prompts?|rules|messages|directions|guidelines|context|orders|conversation|constraints)"
_READER = (
    r"(?:(?:ai|llm|coding|test|qa) )?(?:assistants?|ai|a\.i\.|llms?|language models?|chatbots?|agents?|claude|chatgpt|"
    r"gpt|copilot|gemini|codex|bots?)"
)
_NAMES = r"(?:claude|chatgpt|copilot|gemini|codex)"
_ACTS = (
    r"(?:accept|reject|delete|approve|close|mark|set|call|run|use|ignore|override|start|cancel|send|answer only|go on|"
    r"skip|confirm|merge|execute)"
)
_PERSON = r"(?:user|person|human|owner|operator|admin|administrator|customer)"
# Where an imperative can begin; "the app does not tell the user" is no order.
_BEGIN = r"(?:^|[\n.!;:,(\"'|>-] ?|\b(?:and|then|so|but|please|just|to|must|should) )"

_ENGLISH: Final = (
    rf"(?:ignore|disregard|forget|override|bypass) {_OF}{_EARLIER} (?:[\w-]+ ){{0,2}}{_ORDERS}\b",
    rf"(?:ignore|disregard|forget|override) {_OF}(?:system )?(?:instructions?|rules|guidelines|constraints)\b",
    r"(?:ignore|disregard|forget) (?:everything|all|anything) (?:above|before|you (?:were|have been)|i said)",
    r"you are now (?:(?:an?|the|my) (?:[\w-]+ ){0,2}(?:admin\w*|operators?|assistants?|agents?|ai|bot|model|system|"
    r"developer|root|superuser|build server)\b|dan\b|acting|operating|required|allowed to|authori[sz]ed|permitted to|"
    r"free (?:to|of)|root\b|in [\w-]+ mode)",
    r"from now on,? you (?:act|are|will|must|answer|behave|do not|obey|follow)\b",
    r"as an? (?:ai|a\.i\.|llm|large language model|language model|assistant|chatbot)\b",
    rf"(?:dear|hey|hello|hi|attention|note (?:to|for)|message (?:to|for)|reminder (?:to|for)|if you are"
    rf"|instructions? (?:to|for)|to whoever) (?:an? |the |any |every |all )*(?:{_READER}|automates)\b",
    rf"(?:^|\n)[^\w\n]{{0,6}}(?:(?:ai )?assistant|{_NAMES}|system prompt|new instructions?)[^\w\n:,]{{0,6}}[:,]",
    rf"@(?:{_NAMES}|cursor|assistant|ai-?agent)\b",
    rf"\b(?:{_NAMES}|assistant|ai|bot|agent)[:,] ?(?:please )?{_ACTS}\b",
    rf"the assistant (?:may|must|should|shall|can|has to|is (?:free|allowed) to) {_ACTS}\b",
    rf"(?:call|invoke) {_OF}(?:this |that |following )*(?:[\w.-]+ )?tools?\b(?!.?(?:bar|tip|box|kit))",
    r"(?:use|run|execute) (?:your|the following) tools?\b",
    rf"{_BEGIN}(?:do|delete|accept|reject|approve|close|mark|cancel|start|run|proceed|continue|act|execute|call)"
    rf"(?: [\w-]+){{0,5}} without (?:asking|telling|confirming|waiting for|notifying)",
    rf"{_BEGIN}(?:do not|don't|never) (?:tell|ask|inform|mention|show)\b[^.\n]{{0,30}}\b(?:{_PERSON}\b|again|this)",
    rf"(?:{_PERSON}|lead|boss)s? (?:(?:has|have) (?:already )?|already )(?:said yes|given (?:\w+ )?(?:consent|"
    r"permission)|(?:approved|confirmed|agreed to|allowed|consented to) (?:this|it|that|these|all|everything|the "
    r"(?:deletion|rejection|act|action|call|change))|(?:approved|confirmed|agreed|consented)"
    r"(?: ?[.!;]|$|, (?:so|delete|accept|reject)))",
    r"the user (?:said yes|answered: ?yes|agreed ?[:.])",
    r"approval (?:number|code|id) \S+ (?:was|is|has been) (?:granted|given|approved)",
    r"call (?:this |it )?again with \W?confirm",
    r"(?:send|append|include|forward|paste|upload)\b[^.\n]{0,60}\b(?:tokens?|secrets?|credentials?|api keys?|"
    r"environment variables)\b[^.\n]{0,60}(?:https?:|www\.|mailto:|\S@)",
    r"(?:fetch|open|load|get) \S+ followed by the (?:text|title|name)s? of",
    r"\b(?:token|secret|key)\b[^.\n]{0,40}\b(?:and|by) send(?:ing)? (?:it|them) to\b",
    r"check [a-z]+_[a-z_]+ by sending it",
    r"(?:write|mail|reply) to \S+@\S+ with the (?:api )?(?:token|secret|credentials?)\b",
)
_FORMS: Final = (
    # How models and hosts write a turn, or the call of a tool.
    r"<\|?/?(?:im_start|im_end|system|assistant|endoftext|eot_id|start_header_id|python_tag|channel|tool_call)\|?>",
    r"\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|\[tool_calls\]",
    r"</?(?:antml:)?(?:function_calls|invoke|tool_use|tool_call|tool_result)\b",
    r"\"(?:tool_calls?|function_call|functioncall|tool_call_id)\"",
    r"\"role\" ?: ?\"(?:tool|system|assistant|developer)\"",
    r"\"type\" ?: ?\"tool_(?:result|use|call)\"",
    r"\"method\" ?: ?\"tools/call\"",
    r"\bto=functions\.|\bfunctions\.[a-z]+_[a-z_]+:\d|```tool_code|action input:",
    r"tool.calls.begin",
    r"\"(?:written_by_others|addresses_you|confirmed)\" ?:|written_by_others:",
    r"(?:^|\n)(?:human|user): [^\n]{1,80}\n\n?assistant:",
)
_GERMAN: Final = (
    r"(?:ignorier\w*|missachte\w*|vergiss|vergesse\w*) (?:bitte )?(?:(?:alle|die|deine|samtliche) )*(?:vorherigen?|"
    r"bisherigen?|obigen?|fruheren?|anweisungen|regeln|vorgaben)",
    r"(?:beachte|befolge|beruck?sichtige) (?:bitte )?(?:(?:alle|die|deine) )*(?:vorherigen?|bisherigen?|obigen?) \w+ "
    r"(?:nicht|kunftig)",
    r"du bist (?:(?:jetzt|nun|ab sofort) )(?:der|die|das|ein|eine|kein|nicht mehr)\b",
    r"(?:ab sofort|von nun an|ab jetzt) (?:bist|handelst|agierst|antwortest|befolgst) du",
    r"als (?:ki|assistent|sprachmodell)\b",
    r"(?:liebe[rs]?|hallo|achtung|hinweis an|nachricht an|an) (?:(?:die|den|das|alle) )*(?:ki|ki-?assistent\w*|"
    rf"assistent(?:en)?|sprachmodelle?|{_NAMES})\b",
    r"(?:ruf\w*|benutze|verwende|nutze) (?:bitte )?(?:das |dieses )(?:tool|werkzeug)\b",
    r"ohne (?:den |die )(?:nutzer|benutzer|anwender|menschen|person)(?:in)? zu (?:fragen|informieren|"
    r"benachrichtigen)[.!,]",
    r"ohne (?:ruckfrage|nachfrage|bestatigung) (?:alles |alle \w+ )?(?:loschen|annehmen|ablehnen|ausfuhren|fortfahren)",
    r"(?:nutzer|benutzer|anwender|kunde|inhaber)\w* ha(?:t|ben) (?:dem |dies |das |allem |es )?(?:bereits|schon|"
    r"langst) (?:zugestimmt|genehmigt|freigegeben|erlaubt)",
    r"(?:sag|sage|verrate|erzahle) (?:dem |der |den )(?:nutzer|benutzer|anwender)\w* (?:nichts|nicht)",
)
_FRENCH: Final = (
    r"(?:ignor\w+|oubli\w+) (?:toutes? )?(?:les|vos|tes|ces) (?:instructions|consignes|regles)",
    r"ne (?:tenez|tiens) (?:pas|plus) compte des (?:instructions|consignes|regles)",
    r"(?:tu es|vous etes) (?:maintenant|desormais) (?:un|une|le|la|l'|l\u2019|autorise)",
    r"(?:a partir de maintenant|desormais),? (?:tu (?:es|agis|dois)|vous (?:etes|agissez|devez))",
    r"en tant qu(?:'|\u2019| )(?:ia|assistant|intelligence)",
    r"(?:appel\w+|utilis\w+) l(?:'|\u2019)outil (?:de |d'|\w+_)",
    r"(?:cher|chere|bonjour|note pour|message pour|attention) (?:l'|l\u2019|a l')?(?:ia|assistant|agent ia)\b",
    r"l(?:'|\u2019)utilisateur a deja (?:approuve|accepte|consenti|confirme(?:[,.;!]|$)|donne son accord)",
    r"ne (?:lui )?(?:demandez|demande) (?:rien|pas)(?: a l(?:'|\u2019)utilisateur)?[.!]?$",
)
_SPANISH: Final = (  # and Portuguese and Italian
    r"(?:ignor\w+|olvid\w+|esquec\w+|dimentic\w+) (?:tod[ao]s? |tutte )?(?:las|tus|as|suas|le|queste) (?:instrucciones|"
    r"reglas|instrucoes|regras|istruzioni|regole)",
    r"(?:ahora eres|agora voce e|ora sei) (?:el|la|un|una|o|a|um|uma|il)\b",
    r"(?:a partir de (?:ahora|agora)|de ahora en adelante),? (?:eres|actuas|debes|voce|no preguntes)",
    r"(?:llama|usa|use|chame|chiama) (?:a )?(?:la herramienta|a ferramenta|lo strumento) (?:de |di |\w+_)",
    r"como (?:ia|asistente|modelo de lenguaje)\b",
    r"(?:querido|querida|hola|nota para|atencion) (?:el |la )?(?:ia|asistente)\b",
    r"(?:el usuario|la usuaria|o usuario) (?:ya|ja) (?:(?:ha |dio |deu )(?:su |sua )?)?(?:aprobacion|aprobado|aprobo|"
    r"consentimiento|autorizado|autorizo|aprovou|autorizou)",
    r"(?:^|[.;,\n] ?|\by )no (?:le )?(?:preguntes|preguntas|avises|digas)(?: nada)? al usuario",
)
_FURTHER: Final = (  # Russian, Chinese, Japanese
    r"игнорируи\w* (?:все )?(?:предыдущие|прежние|эти) (?:инструкции|указания|правила)",
    r"(?:忽略|无视|忘记).{0,8}(?:指令|指示|说明|提示)|你现在是|作为(?:一个)?(?:ai|人工智能|助手)|调用.{0,6}工具",
    r"(?:以前|前|上記|これまで)の(?:指示|命令|ルール)を?.{0,4}(?:無視|忘れ)|あなたは(?:今|これから)|ツールを(?:呼び出|実行)",
)  # fmt: skip
_VERBS = "accept|reject|delete|create|update|cancel|start|finish|run|launch|get|list|mark|add|set"


# No pattern of a group matches a text without one of its hints; most texts are dismissed by these.
_ENGLISH_HINTS: Final = (
    "ignor", "disregard", "forget", "overrid", "bypass", "you", "as a", "dear", "hey", "hello", "hi ", "attention",
    "note ", "message ", "reminder", "whoever", "assist", "claude", "gpt", "copilot", "gemini", "codex", "cursor",
    "system prompt", "instruction", "tool", "without", "tell", "ask", "inform", "mention", "show", "approv",
    "confirm", "agreed", "consent", "allowed", "said yes", "answered", "token", "secret", "credential", "api key",
    "environment var", "followed by", "ai:", "ai,", "bot:", "bot,", "agent",
)  # fmt: skip
_FORM_HINTS: Final = (
    "<", "inst]", "[tool", "tool", "\"function", "\"role\"", "action input", "functions.", "written_by",
    "addresses_you",
    "confirmed\"", "human:", "user:",
)  # fmt: skip
_GERMAN_HINTS: Final = (
    "ignorier", "missacht", "vergiss", "vergesse", "beachte", "befolge", "sichtige", "du bist", "bist du", "elst du",
    "agierst", "test du", "lgst du", "als ", "werkzeug", "das tool", "dieses tool", "ohne ", " ki", "ki-",
    "sprachmodell",
    "assistent", "zugestimmt", "genehmigt", "freigegeben", "erlaubt", "nicht",
)  # fmt: skip
_FRENCH_HINTS: Final = (
    "ignor", "oubli", "tu es", "vous ", "partir de", "desormais", "en tant", "outil", "compte des", "utilisateur",
    "demand", "ia",
)  # fmt: skip
_SPANISH_HINTS: Final = (
    "ignor", "olvid", "esquec", "dimentic", "ahora", "agora", "ora sei", "herramienta", "ferramenta", "strumento",
    "como ", "querid", "hola", "nota para", "atencion", "usuari",
)  # fmt: skip


def groups(prefixes: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The patterns of each language with their hints; `prefixes` are those of our tools' names, as alternatives."""
    names = (
        rf"\b(?:{prefixes})_(?:{_VERBS})_[a-z_]+\b",
        rf"(?:call|use|invoke|action|name|functions?|tool)\W{{1,12}}[a-z]{{3,12}}_(?:{_VERBS})_[a-z_]+\b",
    )
    yield _ENGLISH_HINTS, _ENGLISH
    yield _FORM_HINTS, _FORMS
    yield ("_",), names
    yield _GERMAN_HINTS, _GERMAN
    yield _FRENCH_HINTS, _FRENCH
    yield _SPANISH_HINTS, _SPANISH
    yield (), _FURTHER
