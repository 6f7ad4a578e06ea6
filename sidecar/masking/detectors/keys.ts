import type { Span } from '../span.ts'
import { fold } from './letters.ts'

/** What a JSON key says of the string under it, whatever the string looks like. */
const typesOfKeys: Readonly<Record<string, string>> = {
  PERSON:
    'firstname lastname fullname surname givenname familyname middlename maidenname customername clientname patientname contactname employeename username displayname cardholder cardholdername accountholder recipientname sendername ownername authorname beneficiaryname guestname passengername billingname shippingname vorname nachname nom prenom apellido apellidos cognome achternaam voornaam personname holdername legalname',
  ADDRESS:
    'address streetaddress street address1 address2 addressline addressline1 addressline2 billingaddress shippingaddress homeaddress postaladdress mailingaddress deliveryaddress adresse anschrift strasse direccion indirizzo endereco adres rue',
  BIRTH_DATE:
    'dob birthdate dateofbirth birthday birth geburtsdatum datedenaissance fechanacimiento datadinascita',
  PHONE:
    'phone phonenumber mobile mobilenumber telephone tel cell cellphone fax telefon handy telefono celular',
  EMAIL: 'email emailaddress mail',
  SECRET:
    'password passwd pwd secret clientsecret apikey apitoken accesstoken refreshtoken authtoken privatekey secretkey accesskey passphrase token',
}
/** A person only when the string looks like a name: these keys name other things as well. */
const vagueKeys = new Set(
  'name customer client contact patient employee recipient sender owner author holder person assignee user'.split(
    ' ',
  ),
)

export type KeyTypes = ReadonlyMap<string, string>

export function createKeyTypes(): KeyTypes {
  return new Map(
    Object.entries(typesOfKeys).flatMap(([type, keys]) => keys.split(' ').map((key) => [key, type] as const)),
  )
}

/** A whole name, address or date; longer strings are texts. */
const valueMost = 200

/** `first_name`, `firstName` and `First Name` are one key. */
export function findByKey(text: string, key: string, keyTypes: KeyTypes, found: Span[]): void {
  const value = text.trim()
  if (value.length === 0 || value.length > valueMost) return
  const plain = fold(key).replaceAll(/[^\p{L}\p{N}]/gu, '')
  const type = keyTypes.get(plain) ?? (vagueKeys.has(plain) && looksLikeName(value) ? 'PERSON' : undefined)
  if (type === undefined || !isPlausible(type, value)) return
  const start = text.indexOf(value)
  found.push({ start, end: start + value.length, type, score: 0.9 })
}

/** Two to five words with capitals and no digit. */
const looksLikeName = (value: string) =>
  /^\p{Lu}[\p{L}\p{M}'’.-]*(?: (?:(?:van|von|de|der|den|del|della|di|da|dos|bin|al|el|le|la) )*\p{Lu}[\p{L}\p{M}'’.-]*){1,4}$/u.test(
    value,
  )

function isPlausible(type: string, value: string): boolean {
  if (type === 'EMAIL') return value.includes('@')
  if (type === 'PHONE') return /^[+(]?[\d ().\-/]{6,24}$/.test(value)
  if (type === 'BIRTH_DATE') return /\d/.test(value) && value.length <= 30
  if (type === 'PERSON') return /^\p{L}[\p{L}\p{M}\s'’.,-]{0,80}$/u.test(value)
  if (type === 'SECRET') return value.length >= 6 && !/\s/.test(value)
  return /\p{L}/u.test(value)
}
