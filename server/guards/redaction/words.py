"""Words that stand after a label in sentences, messages and code, in ten languages: never a secret by themselves."""

# ruff: noqa: RUF001  # letters of ten languages

from functools import cache

_ENGLISH = """
a about access accepted accepts account admin after again all allowed already also always an and any are as asks at
auth authentication available back bad bearer because been before begins blank blocked both broken but button by can
cannot case change changed changes char character characters checked click code confirmation confirmed confirm
contains copied correct create created credentials current default defined deleted did different digest digits
disabled does done down each either email empty enabled encrypted end ends enter entered entry error every example
exceeded exists expired expires export failed fails failure false field fields file first for forgot forgotten form
format found from generated get given goes has have header help here hidden hide hint html id if ignored import in
incorrect incomplete input instead invalid is isn't it its just key label last later leaked length less letters link
list locked log logged login logout long lost lower managed mandatory manager masked match matches may mismatch
missing mixed must my name needed needs never new next no none normal not nothing now null number of off ok old on
once one only open optional or other our out over page pass passcode passed passphrase passwd password passwords
pasted pattern phrase pin plain please policy present press pressed prompt protected provided pwd question random read
received redacted refresh refused rejected remove removed renew repeat repeated replace required reset restored retype
revoked right rotated rule same saved screen second secret secrets see seen select sent session set short should show
shown shows sign simple since some space special stays still store stored strength string strong submit success
successful super symbol taken test text than that the their them then there these they this those time to token tokens
too true try twice type typed typo unable undefined unique unknown unset until unused up update updated upper use used
user username using valid validation value values verified verify version via visible was we weak were what when where
which while will with without working works wrong yes yet you your basic apikey oauth oauth2 oidc saml sso strict lax
fetch clicked gone negotiate ntlm https http json yaml xml csv todo tbd fixme dummy sample placeholder anonymous guest
root
"""
_TYPES = """
any array bigint bin binary blob bool boolean buffer byte bytea bytes callable char chararray class const date
datetime decimal dict double enum final float func function int int8 int16 int32 int64 uint uint8 uint32 uint64
integer interface let list long map mixed never nil nonnull notnull num number nvarchar object option optional private
property protected public readonly record ref return returns sealed self set short static str string struct super
symbol template this throw tuple typeof undefined union uuid val var varchar varchar2 void secretstr securestring nan
self.token
"""
_GERMAN = """
aber abgelaufen abgelehnt alle als am an anders angezeigt anmelden anmeldung anzeigen auch auf aus bei bereits
bestätigen bitte das dass dem den der des die doppelt ein eine einem einen einer eingabe eingeben enthalten er
erforderlich erneut es falsch fehler fehlerhaft fehlt feld festlegen feldern für gelöscht geändert gespeichert
gesperrt gross groß gültig hat hier hinweis ich ihr im in ist kein keine klartext klein korrekt kurz lang lautet leer
link mehr mindestens mit muss nach nein neu neue neues nicht nie noch nur oder ohne optional passwort passwörter
kennwort pflicht pflichtfeld prüfen richtig schwach sehen sichtbar sich sie sind sonderzeichen speichern stark stimmt
test ungültig und unbekannt unsichtbar vergessen verborgen verdeckt vertauscht vom von vorhanden war was weg weiter
wenn wer werden wiederholen wird wurde zeichen zeigen zu zum zur zurücksetzen zweimal ändern über überprüfen
"""
_ROMANCE = """
a afficher affiché al alterar anterior antigua ao au aucun avec absent actuelle actuel attuale attuali ancien borrada
cambiar campo caducado caduco changer champ clave com como con confirmar confirmer conferma confirmação contiene
contraseña contient correct correcta correcto corta corte corto court courte da dans de debe deve debole debil débil
del della demasiado des desconocida deux di dimenticata doit du e el em en encontrado entrar erreur errata errato erro
erronea errónea error es esqueci est está este et expirada expirado expiré faible fai falta falsa falso faltando
fausse faux forte foi fort fuerte ha hay il im inconnu incorreta incorreto incorrect incorrecta incorrecto incorrecte
incorretta inserire inserisci insérer introduzca introducir invalida invalide invalido inválida inválido já jeton la
le les lo ma mal mancante manquant masquer mauvais mauvaise mesma mesmo minimo mot mostrar mínimo não no non nouveau
nova novo nueva nuevo nuova nulla nulo obbligatoria obbligatorio obligatoire obligatoria obligatorio obrigatória
obrigatório ocultar olvidada olvidado ou oublié oubliée par para parola passe pas password pero per pour précédent que
qui requis requise requerida requerido repetir ricordi richiesta richiesto saisir saisi sans sbagliata sbagliato
scaduta scaduto se senha si sin sont sua te tem tiene token trop troppo tu tua um uma un una usuario valida valide
valor valore vazia vazio vacía vacio vacío vide vuota vuoto visible visível votre vérifier y à è é
"""
_OTHERS = """
aan bestaat bevestigen een en geen fout foutief het ingevuld is juist kort kwijt leeg moet nieuw niet of ongeldig
onjuist ontbreekt onbekend oud te teken tekens verkeerd verlopen verplicht vergeten vereist veld voor wachtwoord
wijzigen zichtbaar zwak błędne błędny bledne hasło hasła i jest krótkie lub musi nie nieprawidłowe nieprawidłowy
niepoprawne nowe obowiązkowe oraz podaj pole powtórz puste silne słabe stare to w wymagane wpisz z za zapomniane zmień
zły złe boş bos çok değil doğru eksik eski geçersiz gerekli gizli girin göster hatalı hata kısa olmalı şifre şifreniz
tekrar unutuldu uzun ve veya yanlış yeni zayıf zorunlu zorunludur får fel felaktigt glömt inte krävs lösenord måste
nytt och ogiltigt saknas svagt tomt är без был введите введён введен верный верно забыт заново и или из истёк коротким
короткий короткое красный ключ минимум на не неверен неверно неверный неправильный неправильно новый нужен обязателен
обязательно обязательное отсутствует пароль пароля поле пустое пусто пустой повторите показать символов скрыт скрыть
слабый слишком старый строка устарел должен токен 错误 必填 为空 必須 エラー 오류 필수 不正确 無効 空
"""


@cache
def words() -> frozenset[str]:
    """All of them, in lower case."""
    return frozenset(f"{_ENGLISH}{_TYPES}{_GERMAN}{_ROMANCE}{_OTHERS}".split())
