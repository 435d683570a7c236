//! The page: rendered here, without scripts. Every text goes through [`Text`].

use std::fmt::{self, Display, Formatter, Write as _};

use chrono::{DateTime, Local, Utc};

use crate::serve::state::Past;
use crate::serve::{ParkedWorkout, SERVICES, View};
use crate::table;

/// Seconds after which the page loads itself again while something is in work.
const RELOAD: u32 = 5;

/// What the page says of the last form.
pub(super) enum Message {
    None,
    Queued,
    Session,
    Failed(String),
}

impl Message {
    /// By a name in the page's address: text of the address itself is never shown.
    pub(super) fn by_name(name: &str) -> Self {
        match name {
            "queued" => Self::Queued,
            "session" => Self::Session,
            _ => Self::None,
        }
    }
}

/// A text in HTML, in attributes in double quotes as well.
struct Text<T>(T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string().chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// The page for a browser that has not sent the token.
pub(super) fn token(is_wrong: bool) -> String {
    let wrong = if is_wrong {
        "<p class=\"message bad\" role=\"alert\">This is not the token.</p>"
    } else {
        ""
    };
    document(
        "",
        &format!(
            "<h1>workout-sync</h1>{wrong}<form method=\"post\" action=\"/token\"><label>Token\
             <input type=\"password\" name=\"token\" autocomplete=\"current-password\" required></label>\
             <button>Open</button></form>"
        ),
    )
}

/// The page.
pub(super) fn page(view: &View, now: DateTime<Utc>, token: &str, message: Message) -> String {
    let mut body = String::new();
    let problems = view.problems(now);
    let _ = write!(
        body,
        "<header><h1>workout-sync</h1><p>{}</p></header>",
        Text(&view.route)
    );
    body.push_str(&self::message(&message));
    body.push_str(&state(view, &problems, now, token));
    if view.needs_sign_in() || matches!(message, Message::Failed(_)) {
        body.push_str(&session_form(view, token, true));
    }
    body.push_str(&parked(view, token));
    body.push_str(&history(&view.state.history));
    if !view.needs_sign_in() && !matches!(message, Message::Failed(_)) {
        body.push_str(&session_form(view, token, false));
    }
    let is_busy = view.running.is_some() || !view.queued.is_empty();
    // A message about a failed form, and what the user types, must not vanish.
    let head = match is_busy && !view.needs_sign_in() && !matches!(message, Message::Failed(_)) {
        true => format!("<meta http-equiv=\"refresh\" content=\"{RELOAD};url=/\">"),
        false => String::new(),
    };
    document(&head, &body)
}

fn document(head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>workout-sync</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"><link rel=\"icon\" href=\"data:,\">{head}</head><body><main>{body}</main></body></html>\n"
    )
}

fn message(message: &Message) -> String {
    match message {
        Message::None => String::new(),
        Message::Queued => {
            "<p class=\"message good\" role=\"status\">The order is queued.</p>".to_owned()
        }
        Message::Session => {
            "<p class=\"message good\" role=\"status\">The session works. A run begins.</p>"
                .to_owned()
        }
        Message::Failed(why) => {
            format!("<p class=\"message bad\" role=\"alert\">{}</p>", Text(why))
        }
    }
}

fn state(view: &View, problems: &[String], now: DateTime<Utc>, token: &str) -> String {
    let mut text = String::from("<section><h2>State</h2>");
    if problems.is_empty() {
        text.push_str("<p class=\"health good\" id=\"health\">All is well.</p>");
    } else {
        let problems: Vec<String> = problems.iter().map(|it| Text(it).to_string()).collect();
        let _ = write!(
            text,
            "<p class=\"health bad\" id=\"health\">{}</p>",
            problems.join("<br>")
        );
    }
    text.push_str("<dl>");
    let mut line = |name: &str, value: String| {
        let _ = write!(text, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    };
    for service in SERVICES {
        let word = match view.state.access.get(service.word()) {
            None => "<b class=\"wait\">not signed in yet</b>",
            Some(access) if access.signed_in => "<b class=\"good\">signed in</b>",
            Some(_) => "<b class=\"bad\">sign-in needed</b>",
        };
        line(service.title(), word.to_owned());
    }
    if let Some(running) = &view.running {
        line(
            "In work",
            format!("{}, since {}", Text(&running.order), local(running.since)),
        );
    }
    if !view.queued.is_empty() {
        let queued: Vec<String> = view.queued.iter().map(ToString::to_string).collect();
        line("Queued", Text(queued.join(", ")).to_string());
    }
    if let Some(next) = view.state.next_run {
        line(
            "Next run",
            format!("{} ({})", local(next), table::from_now(next - now)),
        );
    }
    if let Some(last) = view.state.last_success {
        line("Last success", local(last));
    }
    let mut counts: Vec<String> = view
        .overview
        .counts
        .iter()
        .map(|(state, count)| format!("{count} {}", Text(state)))
        .collect();
    if counts.is_empty() {
        counts.push("none yet".to_owned());
    }
    line("Workouts", counts.join(", "));
    line("Backlog", view.overview.backlog.to_string());
    let _ = write!(
        text,
        "</dl><form method=\"post\" action=\"/run\">{}<button>Run now</button></form></section>",
        hidden(token)
    );
    text
}

fn session_form(view: &View, token: &str, is_needed: bool) -> String {
    let mut options = String::new();
    let mut selected = false;
    for service in SERVICES {
        let lacks = !view.state.is_signed_in(&[service.word()]);
        let mark = if lacks && !selected { " selected" } else { "" };
        selected |= lacks;
        let _ = write!(
            options,
            "<option value=\"{}\"{mark}>{}</option>",
            service.word(),
            service.title()
        );
    }
    let form = format!(
        "<p>Sign in to the service with your browser. Open its developer tools (F12), tab \"Network\", load the page again, right-click the \
         first request, \"Copy\", \"Copy as cURL\", and paste it here. A Cookie header, <code>cookies.txt</code> and cookies as JSON work, too. \
         Nothing is kept unless the service accepts it.</p>\
         <form method=\"post\" action=\"/session\">{}<label>Service<select name=\"service\">{options}</select></label>\
         <label>Session<textarea name=\"session\" rows=\"5\" required autocomplete=\"off\" spellcheck=\"false\" \
         placeholder=\"curl 'https://...' -H 'Cookie: ...'\"></textarea></label><button>Take over</button></form>",
        hidden(token)
    );
    match is_needed {
        true => format!("<section id=\"session\"><h2>Sign in</h2>{form}</section>"),
        false => format!(
            "<section id=\"session\"><details><summary>Take over another browser session</summary>{form}</details></section>"
        ),
    }
}

fn parked(view: &View, token: &str) -> String {
    let overview = &view.overview;
    if overview.parked.is_empty() {
        return String::new();
    }
    let total = overview.parked.len() + overview.more_parked;
    let mut text = format!("<section id=\"parked\"><h2>Workouts that need you ({total})</h2>");
    for workout in &overview.parked {
        text.push_str(&one_parked(workout, token));
    }
    if overview.more_parked > 0 {
        let _ = write!(text, "<p>{} more are not shown.</p>", overview.more_parked);
    }
    text.push_str("</section>");
    text
}

fn one_parked(workout: &ParkedWorkout, token: &str) -> String {
    let mut text = format!(
        "<article><h3>{} {}</h3><p class=\"small\">{} {}</p>",
        workout.start.format("%Y-%m-%d %H:%M"),
        Text(workout.sport.as_deref().unwrap_or("workout")),
        Text(&workout.state),
        Text(&workout.id)
    );
    if let Some(reason) = &workout.reason {
        let _ = write!(text, "<p>{}</p>", Text(reason));
    }
    if !workout.evidence.is_empty() {
        text.push_str("<ul>");
        for evidence in &workout.evidence {
            let _ = write!(text, "<li>{}</li>", Text(evidence));
        }
        text.push_str("</ul>");
    }
    if !workout.next.is_empty() {
        let _ = write!(text, "<p class=\"small\">{}</p>", Text(&workout.next));
    }
    text.push_str("<div class=\"buttons\">");
    for (order, label) in [("retry", "Retry"), ("skip", "Skip")] {
        let _ = write!(
            text,
            "<form method=\"post\" action=\"/{order}\">{}<input type=\"hidden\" name=\"id\" value=\"{}\"><button>{label}</button></form>",
            hidden(token),
            Text(&workout.id)
        );
    }
    text.push_str("</div></article>");
    text
}

fn history(history: &[Past]) -> String {
    let mut text = String::from("<section id=\"history\"><h2>History</h2>");
    if history.is_empty() {
        text.push_str("<p>No run has ended yet.</p></section>");
        return text;
    }
    text.push_str("<ol>");
    for past in history.iter().rev() {
        let class = match past.result.as_str() {
            "settled" => "good",
            "unfinished" | "interrupted" | "needs_person" => "wait",
            _ => "bad",
        };
        let counts: Vec<String> = past
            .counts
            .iter()
            .map(|(state, count)| format!("{count} {}", Text(state)))
            .collect();
        let _ = write!(
            text,
            "<li><span class=\"when\">{}</span> <span>{}</span> <b class=\"{class}\">{}</b> <span>{}</span>",
            local(past.started_at),
            Text(&past.order),
            Text(past.result.replace('_', " ")),
            counts.join(", ")
        );
        if let Some(message) = &past.message {
            let _ = write!(text, "<p class=\"small\">{}</p>", Text(message));
        }
        text.push_str("</li>");
    }
    text.push_str("</ol></section>");
    text
}

fn hidden(token: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"token\" value=\"{}\">",
        Text(token)
    )
}

/// In the time of this machine.
fn local(time: DateTime<Utc>) -> String {
    time.with_timezone(&Local)
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_markup() {
        let text = Text("<b a=\"1\" b='2'>&amp;</b>").to_string();
        assert_eq!(
            text,
            "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;"
        );
    }

    #[test]
    fn everything_of_a_service_is_escaped() {
        let workout = ParkedWorkout {
            id: "<i>1".to_owned(),
            start: "2026-05-01T10:00:00".parse().unwrap(),
            sport: Some("<i>2".to_owned()),
            state: "<i>3".to_owned(),
            reason: Some("<i>4".to_owned()),
            evidence: vec!["<i>5".to_owned()],
            next: "\"><i>6".to_owned(),
        };
        let text = one_parked(&workout, "\"><i>7");
        assert!(!text.contains("<i>"), "{text}");
        for number in 1..8 {
            assert!(text.contains(&format!("&lt;i&gt;{number}")), "{number}");
        }
    }

    #[test]
    fn a_message_is_never_taken_from_the_address() {
        assert!(message(&Message::by_name("<b>hello")).is_empty());
        assert!(message(&Message::by_name("queued")).contains("queued"));
    }
}
