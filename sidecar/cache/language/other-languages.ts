import { type LanguageData, unknownLanguage } from './language.ts'

/**
 * Languages of which only what guards need is known: negations, opposites, what is bound to the day and to the asker.
 * Everything else is compared word by word.
 */
export const french: LanguageData = {
  ...unknownLanguage,
  code: 'fr',
  negations: 'ne pas non jamais rien aucun aucune personne sans ni sauf excepté',
  pronouns: 'il elle lui ils elles eux leur leurs son sa ses',
  tense: 'était étaient sera seront fut furent avait avaient',
  polar: `avant/après plus/moins augmenter/diminuer acheter/vendre ouvrir/fermer commencer/finir ajouter/supprimer
    installer/désinstaller activer/désactiver gauche/droite haut/bas chaud/froid maximum/minimum meilleur/pire bon/mauvais
    légal/illégal gagner/perdre premier/dernier première/dernière homme/femme père/mère il/elle vrai/faux oui/non
    importer/exporter envoyer/recevoir donner/prendre entrée/sortie ancien/nouveau grand/petit long/court rapide/lent
    facile/difficile riche/pauvre tôt/tard avec/sans avantage/inconvénient avantages/inconvénients croissant/décroissant
    public/privé interne/externe toujours/jamais nord/sud est/ouest matin/soir jour/nuit brut/net`,
  timeBound: "aujourd'hui maintenant actuellement actuel actuelle dernier dernière hier demain récemment",
  own: 'je me moi mon ma mes nous notre nos',
  affairs: `compte commande commandes solde abonnement facture factures données nom adresse email téléphone carte paiement
    contrat billet réservation livraison colis remboursement`,
  leadIns: [/^(?:bonjour|salut|bonsoir|merci|ok)\s*[,.!?:;-]*\s+/],
  leadOuts: [/[\s,.!?;-]+(?:s'il (?:te|vous) pla[iî]t|merci)\s*[.!?]*$/],
}

export const spanish: LanguageData = {
  ...unknownLanguage,
  code: 'es',
  negations: 'no nunca jamás nada nadie ningún ninguna ninguno sin ni excepto salvo tampoco',
  pronouns: 'él ella ellos ellas le les su sus lo la',
  tense: 'era eran fue fueron será serán había habían estaba estaban',
  polar: `antes/después más/menos aumentar/disminuir comprar/vender abrir/cerrar empezar/terminar añadir/eliminar
    instalar/desinstalar activar/desactivar izquierda/derecha arriba/abajo caliente/frío máximo/mínimo mejor/peor
    bueno/malo legal/ilegal ganar/perder primero/último hombre/mujer padre/madre él/ella verdadero/falso sí/no
    importar/exportar enviar/recibir dar/tomar entrada/salida viejo/nuevo grande/pequeño largo/corto rápido/lento
    fácil/difícil rico/pobre temprano/tarde con/sin ventaja/desventaja ventajas/desventajas ascendente/descendente
    público/privado interno/externo siempre/nunca norte/sur este/oeste mañana/noche día/noche bruto/neto`,
  timeBound: 'hoy ahora actualmente actual último última ayer mañana recientemente',
  own: 'yo me mi mis mío mía nosotros nuestro nuestra',
  affairs: `cuenta pedido pedidos saldo suscripción factura facturas datos nombre dirección correo teléfono tarjeta pago
    contrato reserva entrega paquete reembolso`,
  leadIns: [/^(?:hola|buenos días|buenas tardes|buenas noches|gracias)\s*[,.!?:;-]*\s+/],
  leadOuts: [/[\s,.!?;-]+(?:por favor|gracias)\s*[.!?]*$/],
}
