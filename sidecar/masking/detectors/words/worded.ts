/** Words in front of ids that have no shape of their own; see shortNames for the notation. */
export const wordedNames: Readonly<Record<string, string>> = {
  PASSPORT:
    'passport, passport number, passport no, passports, reisepass*, passnummer, passeport, numéro de passeport, pasaporte, número de pasaporte, passaporto, passaporte, paspoort*, pasnummer, paszport*, passnumret, passi, passin numero, pas, pasaport, паспорт*, 护照, 护照号, パスポート, 旅券番号, 여권, 여권번호, หนังสือเดินทาง, דרכון, جواز سفر, पासपोर्ट',
  DRIVER_LICENCE:
    'driver license, driver licence, driver s license, driver s licence, drivers license, drivers licence, driving license, driving licence, license number, licence number, license no, dl number, dl no, führerschein*, fuehrerschein*, permis de conduire, carnet de conducir, licencia de conducir, patente di guida, patente, carta de condução, rijbewijs*, prawo jazdy, prawa jazdy, körkort*, førerkort*, kørekort*, ajokortti*, ehliyet, водительское удостоверение, 驾照, 驾驶证, 運転免許, 免許証番号, 운전면허, 운전면허번호, ใบขับขี่',
  BANK_ACCOUNT:
    'bank account, bank account number, account number, account no, acct, acct no, account num, a/c no, acc no, checking account, savings account, kontonummer, konto, bankkonto, numéro de compte, compte bancaire, número de cuenta, cuenta bancaria, numero di conto, conto corrente, conta bancária, conta corrente, rekeningnummer, numer konta, kontonr, tilinumero, hesap numarası, номер счета, расчетный счет, 银行账号, 账号, 口座番号, 계좌번호, เลขบัญชี',
  VEHICLE_PLATE:
    'plate, plates, number plate, license plate, licence plate, plate number, car reg, reg number, reg no, vehicle reg, vehicle, vehicles, vehicle registration, registration plate, kennzeichen, kfz-kennzeichen, nummernschild, plaque d immatriculation, immatriculation, matrícula, placa, placas, targa, kenteken, nummerplade, registreringsnummer, rejestracyjn*, plaka, plakası, rekisterinumero, номерной знак, госномер, 车牌, 车牌号, ナンバープレート, 차량번호, ทะเบียนรถ',
  VOTER_ID:
    'voter, voter id, voter card, voter number, epic number, epic no, voters id, electoral, election card, elector, clave de elector, título de eleitor, मतदाता',
  BIRTH_DATE:
    'born, born on, dob, d.o.b, birth, birthday, birthdate, birth date, date of birth, bday, geboren, geburtsdatum, geburtstag, geb, né, née, naissance, date de naissance, nacido, nacida, nacimiento, fecha de nacimiento, nacimiento, nato, nata, nascita, data di nascita, nascido, nascida, nascimento, data de nascimento, geboortedatum, geboren op, född, födelsedatum, født, fødselsdato, syntymäaika, syntynyt, urodzony, urodzona, data urodzenia, urodzenia, narozen, narozena, datum narození, narození, rođen, rođena, datum rođenja, născut, născută, data nașterii, doğum, doğum tarihi, родился, родилась, рождения, дата рождения, народився, народження, роден, родена, γεννήθηκε, γέννησης, 出生, 出生日期, 生日, 生年月日, 誕生日, 생년월일, 생일, วันเกิด, נולד, תאריך לידה, تاريخ الميلاد, जन्म, जन्मतिथि',
}
