"""Tokens that their vendors gave a form of its own: prefixes, alphabets and lengths, as public scanners know them.

Lengths are minimums: a token that was cut or mistyped still says most of the secret.
"""

from typing import Final

from server.guards.redaction.allow import is_placeholder
from server.guards.redaction.source import Pattern, Source

# What occurs in every token of the kind, and the whole of it. From the rules of gitleaks and detect-secrets.
_FORMS: Final[tuple[tuple[str, str], ...]] = (
    ("AKIA", r"AKIA[A-Z0-9]{16}"),
    ("ASIA", r"ASIA[A-Z0-9]{16}"),
    ("ABIA", r"ABIA[A-Z0-9]{16}"),
    ("ACCA", r"ACCA[A-Z0-9]{16}"),
    ("gh", r"gh[pousr]_[A-Za-z0-9]{20,255}"),
    ("github_pat_", r"github_pat_\w{20,255}"),
    ("gl", r"gl(?:pat|dt|ft|ffct|rt|soat|ptt|imt|agent|oas|cbt)-[\w.-]{16,300}"),
    ("GR1348941", r"GR1348941[\w-]{20,40}"),
    ("xox", r"xox[abeoprs]-[\w-]{10,300}"),
    ("xapp-", r"xapp-\d-[\w-]{10,300}"),
    ("hooks.slack.com/", r"(?:https://)?hooks\.slack\.com/(?:services|workflows|triggers)/[\w/+-]{20,80}"),
    ("k_", r"[srp]k_(?:live|test|prod)_\w{10,250}"),
    ("AIza", r"AIza[\w-]{30,60}"),
    ("GOCSPX-", r"GOCSPX-[\w-]{20,40}"),
    ("ya29.", r"ya29\.[\w.-]{20,400}"),
    ("npm_", r"npm_[A-Za-z0-9]{30,60}"),
    ("pypi-", r"pypi-[\w-]{50,1000}"),
    ("hv", r"hv[sbr]\.[\w-]{24,400}"),
    ("shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{30,40}"),
    ("sk-", r"sk-(?:ant-|proj-|svcacct-|admin-|or-v1-)?(?=[A-Za-z_-]{0,80}\d)[\w-]{20,250}"),
    ("hf_", r"hf_[A-Za-z]{30,45}"),
    ("api_org_", r"api_org_[A-Za-z]{30,45}"),
    ("pat", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{60,64}"),
    ("pat_", r"pat_(?=[A-Za-z_]{0,60}\d)\w{12,250}"),
    ("dapi", r"dapi[a-f0-9]{32}(?:-\d)?"),
    ("do", r"do[opr]_v1_[a-f0-9]{60,64}"),
    ("glsa_", r"glsa_[A-Za-z0-9]{30,34}_[A-Fa-f0-9]{8}"),
    ("glc_", r"glc_[A-Za-z0-9+/]{32,400}={0,2}"),
    ("ntn_", r"ntn_[A-Za-z0-9]{40,50}"),
    ("pul-", r"pul-[a-f0-9]{40}"),
    ("rubygems_", r"rubygems_[a-f0-9]{48}"),
    ("rdme_", r"rdme_[a-z0-9]{60,75}"),
    ("pnu_", r"pnu_[A-Za-z0-9]{36}"),
    ("sntry", r"sntry[su]_[\w=+/-]{40,400}"),
    ("sgp_", r"sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}"),
    ("pplx-", r"pplx-[A-Za-z0-9]{40,60}"),
    ("AKCp", r"AKCp[A-Za-z0-9]{60,75}"),
    ("HRKU-AA", r"HRKU-AA[\w-]{50,60}"),
    ("A3-", r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}"),
    ("ops_eyJ", r"ops_eyJ[A-Za-z0-9+/]{200,2000}={0,3}"),
    ("AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{40,60}"),
    ("API-", r"API-[A-Z0-9]{26}(?![A-Z0-9])"),
    ("sha256~", r"sha256~[\w-]{40,45}"),
    ("SK", r"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    ("Q~", r"[A-Za-z0-9_~.]{3}\dQ~[\w~.-]{31,34}"),
    ("SG.", r"SG\.[\w-]{16,32}\.[\w-]{30,64}"),
    ("PMAK-", r"PMAK-[a-f0-9]{20,30}-[a-f0-9]{30,40}"),
    ("ATATT3", r"ATATT3[\w=+/-]{50,250}"),
    ("whsec_", r"whsec_[A-Za-z0-9+/]{24,80}={0,2}"),
    ("xkeysib-", r"xkeysib-[a-f0-9]{60,70}-[A-Za-z0-9]{10,20}"),
    ("dckr_pat_", r"dckr_pat_[\w-]{20,40}"),
    ("r8_", r"r8_[A-Za-z0-9]{36,40}"),
    ("nvapi-", r"nvapi-[\w-]{50,80}"),
    ("gsk_", r"gsk_[A-Za-z0-9]{40,60}"),
    ("figd_", r"figd_[\w-]{30,60}"),
    ("lin_api_", r"lin_api_[A-Za-z0-9]{36,48}"),
    ("tskey-", r"tskey-[a-z]{2,10}-[\w-]{16,80}"),
    (":AA", r"\d{8,12}:AA[\w-]{32,36}"),
    ("test", r"(?:testomat|tstmt)_\w{10,250}"),
    ("tstmt_", r"tstmt_[\w-]{10,250}"),
    ("eyJ", r"eyJ[\w-]{8,8000}\.[\w-]{8,16000}(?:\.[\w-]{0,4000})?"),
)
_PATTERNS: Final = tuple((hint, Pattern(form)) for hint, form in _FORMS)
_LONG = Pattern(r"[\w./~:-]{16}")


def search(source: Source) -> None:
    """Mask tokens of known forms."""
    text = source.text
    if _LONG().search(text) is None:
        return
    for hint, pattern in _PATTERNS:
        if hint in text:
            for match in pattern().finditer(text):
                start = match.start()
                if (start == 0 or not text[start - 1].isalnum()) and not is_placeholder(match[0]):
                    source.add(*match.span())
