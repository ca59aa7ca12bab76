//! The sentences of all mails, in all languages.

use super::super::locale::Locale;

/// The sentences of one mail; `{names}` are filled in.
pub(super) struct Words {
    pub(super) subject: &'static str,
    pub(super) lead: &'static str,
    /// What the link is called; empty where there is none.
    pub(super) button: &'static str,
    pub(super) close: &'static str,
}

/// The sentences of one language.
pub(super) struct Language {
    pub(super) code: Words,
    pub(super) issued: Words,
    pub(super) invitation: Words,
}

/// The sentences of a language.
pub(super) const fn of(locale: Locale) -> &'static Language {
    match locale {
        Locale::En => &EN,
        Locale::De => &DE,
        Locale::Es => &ES,
        Locale::Fr => &FR,
        Locale::Ja => &JA,
        Locale::Nl => &NL,
    }
}

const EN: Language = Language {
    code: Words {
        subject: "{code} is your sign-in code",
        lead: "This code signs you in. It is good for ten minutes, and once.",
        button: "",
        close: "If you did not ask for it, you need do nothing. Give the code to nobody: we never ask for it.",
    },
    issued: Words {
        subject: "Your badge: {badge}",
        lead: "Dear {recipient}, {organization} has awarded you the badge “{badge}”.",
        button: "See and claim your badge",
        close: "To claim it, you prove that this address is yours by a code that we send to it. The badge is genuine and \
                can be verified even if you do not claim it.",
    },
    invitation: Words {
        subject: "{organization} invites you",
        lead: "You are invited to work with the badges of {organization}.",
        button: "Accept the invitation",
        close: "If you do not know {organization}, you need do nothing.",
    },
};

const DE: Language = Language {
    code: Words {
        subject: "{code} ist Ihr Anmeldecode",
        lead: "Mit diesem Code melden Sie sich an. Er gilt zehn Minuten lang und nur einmal.",
        button: "",
        close: "Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun. Geben Sie den Code niemandem: Wir fragen \
                nie danach.",
    },
    issued: Words {
        subject: "Ihr Badge: {badge}",
        lead: "Guten Tag {recipient}, {organization} hat Ihnen den Badge „{badge}“ verliehen.",
        button: "Badge ansehen und annehmen",
        close: "Um ihn anzunehmen, weisen Sie mit einem Code, den wir Ihnen schicken, nach, dass diese Adresse Ihre ist. Der \
                Badge ist echt und lässt sich auch prüfen, wenn Sie ihn nicht annehmen.",
    },
    invitation: Words {
        subject: "{organization} lädt Sie ein",
        lead: "Sie sind eingeladen, an den Badges von {organization} mitzuarbeiten.",
        button: "Einladung annehmen",
        close: "Wenn Sie {organization} nicht kennen, brauchen Sie nichts zu tun.",
    },
};

const ES: Language = Language {
    code: Words {
        subject: "{code} es su código de acceso",
        lead: "Con este código inicia sesión. Vale diez minutos y una sola vez.",
        button: "",
        close: "Si no lo ha pedido, no tiene que hacer nada. No dé el código a nadie: nunca se lo pediremos.",
    },
    issued: Words {
        subject: "Su insignia: {badge}",
        lead: "Estimado/a {recipient}: {organization} le ha concedido la insignia «{badge}».",
        button: "Ver y aceptar su insignia",
        close: "Para aceptarla, demuestre que esta dirección es suya con un código que le enviaremos. La insignia es auténtica \
                y se puede verificar aunque no la acepte.",
    },
    invitation: Words {
        subject: "{organization} le invita",
        lead: "Le invitan a colaborar en las insignias de {organization}.",
        button: "Aceptar la invitación",
        close: "Si no conoce {organization}, no tiene que hacer nada.",
    },
};

const FR: Language = Language {
    code: Words {
        subject: "{code} est votre code de connexion",
        lead: "Ce code vous connecte. Il est valable dix minutes et une seule fois.",
        button: "",
        close: "Si vous ne l’avez pas demandé, vous n’avez rien à faire. Ne donnez ce code à personne : nous ne le demandons \
                jamais.",
    },
    issued: Words {
        subject: "Votre badge : {badge}",
        lead: "Bonjour {recipient}, {organization} vous a décerné le badge « {badge} ».",
        button: "Voir et accepter votre badge",
        close: "Pour l’accepter, vous prouvez que cette adresse est la vôtre par un code que nous vous envoyons. Le badge est \
                authentique et peut être vérifié même si vous ne l’acceptez pas.",
    },
    invitation: Words {
        subject: "{organization} vous invite",
        lead: "Vous êtes invité(e) à travailler sur les badges de {organization}.",
        button: "Accepter l’invitation",
        close: "Si vous ne connaissez pas {organization}, vous n’avez rien à faire.",
    },
};

const JA: Language = Language {
    code: Words {
        subject: "{code} がサインインコードです",
        lead: "このコードでサインインできます。有効期限は10分間、使用は一度だけです。",
        button: "",
        close: "お心当たりがない場合は、何もする必要はありません。このコードは誰にも教えないでください。当方からお尋ねすることはありません。",
    },
    issued: Words {
        subject: "バッジが発行されました：{badge}",
        lead: "{recipient} 様　{organization} からバッジ「{badge}」が授与されました。",
        button: "バッジを確認して受け取る",
        close: "受け取るには、お送りするコードで、このアドレスがご本人のものであることを確認します。受け取らなくても、バッジは本物であり検証できます。",
    },
    invitation: Words {
        subject: "{organization} からの招待",
        lead: "{organization} のバッジの運営に招待されています。",
        button: "招待を受ける",
        close: "{organization} にお心当たりがない場合は、何もする必要はありません。",
    },
};

const NL: Language = Language {
    code: Words {
        subject: "{code} is uw inlogcode",
        lead: "Met deze code logt u in. Hij is tien minuten geldig en werkt één keer.",
        button: "",
        close: "Hebt u er niet om gevraagd, dan hoeft u niets te doen. Geef de code aan niemand: wij vragen er nooit om.",
    },
    issued: Words {
        subject: "Uw badge: {badge}",
        lead: "Beste {recipient}, {organization} heeft u de badge ‘{badge}’ toegekend.",
        button: "Uw badge bekijken en aanvaarden",
        close: "Om hem te aanvaarden bewijst u met een code die wij u sturen dat dit adres van u is. De badge is echt en kan \
                worden gecontroleerd, ook als u hem niet aanvaardt.",
    },
    invitation: Words {
        subject: "{organization} nodigt u uit",
        lead: "U bent uitgenodigd om mee te werken aan de badges van {organization}.",
        button: "De uitnodiging aannemen",
        close: "Kent u {organization} niet, dan hoeft u niets te doen.",
    },
};
