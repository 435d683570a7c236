//! The questions.

/// A question with the id under which its answers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// A short name.
    pub id: &'static str,
    /// The question in words.
    pub text: &'static str,
}

/// Every question that a request can answer.
pub const ALL: [Question; 23] = [
    Question {
        id: "polar.sign_in_hops",
        text: "Which statuses do the steps of the sign-in have?",
    },
    Question {
        id: "polar.sign_in_refused",
        text: "Which query names has the address after a refused sign-in?",
    },
    Question {
        id: "polar.export_types",
        text: "Which content types do the exports have?",
    },
    Question {
        id: "polar.fit_export",
        text: "What does the FIT export answer?",
    },
    Question {
        id: "polar.uncompressed",
        text: "What does the plain export answer, for one exercise or several?",
    },
    Question {
        id: "polar.history_range",
        text: "How long may a range of the training list be?",
    },
    Question {
        id: "polar.laps_shape",
        text: "Which fields has a lap?",
    },
    Question {
        id: "polar.title_unit",
        text: "Which unit stands in titles of the calendar?",
    },
    Question {
        id: "polar.too_many_requests",
        text: "What does a 429 ask for?",
    },
    Question {
        id: "polar.firewall",
        text: "Does the firewall let this program through?",
    },
    Question {
        id: "polar.long_window",
        text: "Which status has a calendar window of more than 100 days?",
    },
    Question {
        id: "polar.session_id_life",
        text: "How long does the cookie session_id live?",
    },
    Question {
        id: "polar.window_ends",
        text: "Are both ends of a calendar window included?",
    },
    Question {
        id: "polar.api_cookies",
        text: "Does the API answer without PLAY_SESSION_FLOW or AWSALB?",
    },
    Question {
        id: "runkeeper.upload_answer",
        text: "What does an upload answer?",
    },
    Question {
        id: "runkeeper.checker_alone",
        text: "Does the cookie `checker` alone suffice?",
    },
    Question {
        id: "runkeeper.kept",
        text: "Which parts of a workout survive an upload?",
    },
    Question {
        id: "runkeeper.duplicates",
        text: "Does the listing have activities that look the same?",
    },
    Question {
        id: "runkeeper.export_form",
        text: "Which fields has the form of the account's export?",
    },
    Question {
        id: "runkeeper.archive_tables",
        text: "Which columns have the tables of the account's export that no code reads?",
    },
    Question {
        id: "runkeeper.alive",
        text: "Which endpoints are alive?",
    },
    Question {
        id: "runkeeper.time_of_day",
        text: "Does the listing carry a time of day?",
    },
    Question {
        id: "runkeeper.listing_delay",
        text: "How late does an upload appear in the listing?",
    },
];
