"""German and Spanish words of the field, in English: nouns first, and the verbs that people use with them."""

from typing import Final

GERMAN: Final[dict[str, str]] = {
    # nouns
    "Ablauf": "run", "Ablehnungsgrund": "reject reason", "Anforderung": "requirement", "Anhang": "attachment",
    "Anmerkung": "comment", "Auswertung": "statistics", "Automatisierung": "automated", "Begründung": "reason",
    "Benutzer": "user", "Bericht": "report", "Bestellung": "order", "Bild": "screenshot",
    "Bildschirmfoto": "screenshot", "Datei": "file", "Defekt": "bug", "Dublette": "duplicate", "Duplikat": "duplicate",
    "Durchlauf": "run", "Ergebnis": "result", "Fall": "case", "Fehler": "bug", "Fehlerbericht": "bug report",
    "Fehlermeldung": "error message", "Fehlschlag": "failure", "Freigabe": "release", "Funktion": "feature",
    "Gerät": "device", "Grund": "reason", "Gruppe": "group", "Kommentar": "comment", "Konto": "account",
    "Kopie": "copy", "Lauf": "run", "Mangel": "bug", "Meilenstein": "milestone", "Mitglied": "user", "Nacht": "night",
    "Ordner": "folder", "Plan": "plan", "Priorität": "priority", "Produkt": "product", "Projekt": "project",
    "Protokoll": "log", "Prüfung": "check", "Release": "release", "Schritt": "step", "Schweregrad": "severity",
    "Screenshot": "screenshot", "Status": "status", "Stufe": "stage", "Suche": "search", "Tester": "tester",
    "Testfall": "test case", "Testlauf": "test run", "Testplan": "test plan", "Testschritt": "test step",
    "Testsuite": "suite", "Testzyklus": "test cycle", "Übersicht": "overview", "Umgebung": "environment",
    "Unterschied": "difference", "Ursache": "reason", "Variable": "variable", "Vergleich": "compare",
    "Verlauf": "history", "Veröffentlichung": "release", "Version": "version", "Vorlage": "template",
    "Zeitplan": "schedule", "Zugang": "credentials", "Zusammenfassung": "summary", "Zweig": "branch",
    # verbs, and how things are
    "abbrechen": "cancel", "abgelehnt": "rejected", "ablehnen": "reject", "abschließen": "finish", "ändern": "change",
    "anhängen": "attach", "anlegen": "create", "annehmen": "accept", "anzeigen": "list", "archivieren": "archive",
    "auflisten": "list", "aufnehmen": "add", "ausführen": "run", "ausliefern": "release ready to ship",
    "automatisiert": "automated", "bearbeiten": "edit", "beenden": "finish", "behoben": "fixed", "bekannt": "known",
    "bereit": "ready", "bestanden": "passed", "bestätigen": "confirm", "bestellen": "order", "doppelt": "duplicate",
    "einladen": "invite", "eintragen": "enter", "einspielen": "import", "erfassen": "record", "erstellen": "create",
    "explorativ": "exploratory", "fehlgeschlagen": "failed", "fehlschlagen": "fail", "finden": "find",
    "gescheitert": "failed", "gleich": "same", "hinzufügen": "add", "hochladen": "upload", "instabil": "flaky",
    "kaputt": "broken", "kopieren": "copy", "kritisch": "critical", "langsam": "slow", "laufend": "running",
    "lehnen": "reject", "löschen": "delete", "manuell": "manual", "nächtlich": "nightly", "neu": "new", "offen": "open",
    "planen": "plan", "scheitern": "fail", "schreiben": "write", "starten": "start", "stoppen": "stop",
    "suchen": "search", "teilen": "share", "umbenennen": "rename", "unbekannt": "new", "ungetestet": "untested",
    "veröffentlichen": "release", "verbinden": "connect", "vergleichen": "compare", "verknüpfen": "link",
    "verschieben": "move", "verwerfen": "reject", "wackelig": "flaky", "warten": "wait", "wiederholen": "rerun",
    "zeigen": "show", "zuweisen": "assign",
    # questions
    "warum": "why", "wieso": "why", "weshalb": "why", "welche": "which", "wer": "who", "wann": "when", "wie": "how",
    "wo": "where", "was": "what", "können": "can", "sind": "are", "ist": "is", "gibt": "is", "letzte": "last",
    "heute": "today", "gestern": "yesterday", "morgen": "tomorrow",
}  # fmt: skip

SPANISH: Final[dict[str, str]] = {
    # nouns
    "adjunto": "attachment", "archivo": "file", "ayer": "yesterday", "batería": "suite", "búsqueda": "search",
    "caída": "failure", "cambio": "change", "captura": "screenshot", "carpeta": "folder", "caso": "case",
    "ciclo": "cycle", "comentario": "comment", "conexión": "connection", "copia": "copy", "credencial": "credentials",
    "cuenta": "account", "defecto": "bug", "diferencia": "difference", "dispositivo": "device",
    "duplicado": "duplicate", "ejecución": "run", "entorno": "environment", "equipo": "team", "error": "bug",
    "estado": "status", "etapa": "stage", "etiqueta": "label", "fallo": "failure", "función": "feature",
    "grupo": "group", "hito": "milestone", "historial": "history", "historia": "story", "hoy": "today",
    "imagen": "screenshot", "incidencia": "issue", "informe": "report", "lanzamiento": "release", "miembro": "user",
    "mañana": "tomorrow", "motivo": "reason", "noche": "night", "anoche": "last night", "orden": "order",
    "pantalla": "screenshot", "pasada": "run", "paso": "step", "plan": "plan", "plantilla": "template",
    "prioridad": "priority", "probador": "tester", "producto": "product", "proyecto": "project", "prueba": "test",
    "rama": "branch", "razón": "reason", "registro": "log", "requisito": "requirement", "resultado": "result",
    "resumen": "summary", "severidad": "severity", "usuario": "user", "variable": "variable", "versión": "release",
    "vídeo": "video",
    # verbs, and how things are
    "abierto": "open", "aceptar": "accept", "actualizar": "update", "adjuntar": "attach", "añadir": "add",
    "aprobar": "accept", "archivar": "archive", "asignar": "assign", "automatizado": "automated", "borrar": "delete",
    "buscar": "search", "cambiar": "change", "cancelar": "cancel", "cerrar": "close", "comparar": "compare",
    "compartir": "share", "conectar": "connect", "confirmar": "confirm", "conocido": "known", "copiar": "copy",
    "crear": "create", "crítico": "critical", "detener": "stop", "editar": "edit", "ejecutar": "run",
    "eliminar": "delete", "encargar": "order", "encontrar": "find", "enlazar": "link", "enviar": "send",
    "escribir": "write", "esperar": "wait", "exploratorio": "exploratory", "fallar": "fail", "falló": "failed",
    "finalizar": "finish", "importar": "import", "iniciar": "start", "inestable": "flaky", "intermitente": "flaky",
    "invitar": "invite", "lanzar": "launch", "lento": "slow", "listar": "list", "listo": "ready", "manual": "manual",
    "mostrar": "show", "mover": "move", "muestra": "show", "nocturno": "nightly", "nuevo": "new", "pedir": "order",
    "planificar": "plan", "probar": "test", "publicar": "release ready to ship", "rechazar": "reject",
    "registrar": "record", "renombrar": "rename", "repetir": "rerun", "reproducir": "reproduce", "roto": "broken",
    "subir": "upload", "vincular": "link",
    # questions
    "qué": "what", "por qué": "why", "cuál": "which", "cuándo": "when", "quién": "who", "cómo": "how", "dónde": "where",
    "podemos": "can", "estamos": "are", "está": "is", "hay": "is", "último": "last", "todo": "all",
}  # fmt: skip

EMPTY: Final = {
    "german": (
        "ab aber alle alles als am an auf aus bei bitte das dass dem den der des die ein eine einem einen einer eines "
        "er es für haben hat ich ihr im in ja mein meine mir mit nach nicht noch nur oder ohne schon seit sich sie so "
        "soll um und uns unser unsere unter vom von vor war waren werden wir wird zu zum zur zwei über"
    ),
    "spanish": (
        "a al algún aún como con cuáles de del desde dos e el ella en entre es esta estas este esto estos fue ha han "
        "hasta la las le lo los me mi mis muy no nos nuestra nuestro o para pero por que se si siguen sin sobre son "
        "su sus te tiene todas todos tu un una unas unos y ya"
    ),
}
"""Words of the two languages that carry nothing."""
