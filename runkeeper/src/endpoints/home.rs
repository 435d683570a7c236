//! `GET /home`: is the session alive, and what is the account called?
//!
//! HTML. The own name stands in (first that is found):
//!
//! ```html
//! <a href="/user/1234567890/profile">            seen 2014-07 .. 2016-12
//! <div class="feed" data-feedownerurl="...">      seen 2020-09
//! <div class="avatarContainer" userUrl="...">     seen 2017-05
//! ```
//!
//! A dead session shows itself as a redirect to `/login` or to `id.asics.com`, or as a page whose text has both "log in"
//! and "sign up" (seen 2026-04).

use scraper::Html;

use crate::page::{select, visible_text};
use crate::{Error, Runkeeper, UserName};

const ENDPOINT: &str = "home page";

impl Runkeeper {
    /// Proves with one request that the session is alive. Renews it when it is not and credentials were given.
    ///
    /// # Errors
    /// [`Error::SessionExpired`] when nobody is signed in.
    pub async fn check(&self) -> Result<(), Error> {
        let seen = self.sign_ins();
        match self.home().await {
            Err(Error::SessionExpired { .. }) if self.credentials().is_some() => {
                self.renew(seen).await?;
                self.home().await.map(|_| ())
            }
            other => other.map(|_| ()),
        }
    }

    /// The name in the account's own addresses. Asked once, then remembered.
    ///
    /// # Errors
    /// [`Error::UnexpectedShape`] when the home page does not tell; give
    /// [`RunkeeperBuilder::user`](crate::RunkeeperBuilder::user) then.
    pub async fn user(&self) -> Result<UserName, Error> {
        if let Some(user) = self.known_user() {
            return Ok(user);
        }
        self.check().await?;
        match self.known_user() {
            Some(user) => Ok(user),
            // `check` was satisfied with a page that is alive and nameless.
            None => Err(self.nameless().await),
        }
    }

    /// Like [`check`](Self::check), without renewing: proves that the requests just before were those of a signed-in
    /// person.
    #[cfg(feature = "sync")]
    pub(crate) async fn prove_alive(&self) -> Result<(), Error> {
        self.home().await
    }

    async fn home(&self) -> Result<(), Error> {
        let url = self.url(&self.paths().home);
        let page = self
            .fetch_once(self.session().get(url).endpoint(ENDPOINT))
            .await?;
        let text = page.text();
        if says_signed_out(&text) {
            return Err(Error::SessionExpired { endpoint: ENDPOINT });
        }
        if page.status().as_u16() != 200 {
            return Err(Error::UnexpectedShape {
                endpoint: ENDPOINT,
                expected: "the home page",
                fingerprint: Box::new(page.fingerprint()),
            });
        }
        if let Some(user) = own_name(&text) {
            self.learn_user(&user);
        }
        Ok(())
    }

    async fn nameless(&self) -> Error {
        let url = self.url(&self.paths().home);
        match self
            .fetch_once(self.session().get(url).endpoint(ENDPOINT))
            .await
        {
            Ok(page) => Error::UnexpectedShape {
                endpoint: ENDPOINT,
                expected: "a link to the own profile",
                fingerprint: Box::new(page.fingerprint()),
            },
            Err(error) => error,
        }
    }
}

fn says_signed_out(page: &str) -> bool {
    let text = visible_text(page).to_ascii_lowercase();
    text.contains("log in") && text.contains("sign up")
}

fn own_name(page: &str) -> Option<UserName> {
    let document = Html::parse_document(page);
    let attribute = |selector: &'static str, name: &str| {
        document
            .select(&select(selector))
            .find_map(|element| element.value().attr(name))
            .and_then(|value| UserName::new(value.trim().trim_matches('/')))
    };
    let links: Vec<String> = document
        .select(&select("a[href]"))
        .filter_map(|link| link.value().attr("href"))
        .filter_map(|href| href.split_once("/user/").map(|(_, rest)| rest.to_owned()))
        .collect();
    let linked = |page: &str| {
        links.iter().find_map(|rest| {
            let (name, tail) = rest.split_once('/')?;
            let tail = tail.split(['?', '#']).next().unwrap_or_default();
            (tail.trim_end_matches('/') == page)
                .then(|| UserName::new(name))
                .flatten()
        })
    };
    attribute(".feed[data-feedownerurl]", "data-feedownerurl")
        // HTML parsers write attribute names in lower case.
        .or_else(|| attribute(".avatarContainer[userurl]", "userurl"))
        .or_else(|| linked("profile"))
        .or_else(|| linked("activitylist"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(page: &str) -> Option<String> {
        own_name(page).map(|name| name.to_string())
    }

    #[test]
    fn the_own_name_is_found_in_every_known_place() {
        assert_eq!(
            name(r#"<a href="/user/1234567890/profile">Me</a>"#),
            Some("1234567890".into())
        );
        let absolute = r#"<a href="https://runkeeper.com/user/jane.doe/profile?x=1">Me</a>"#;
        assert_eq!(name(absolute), Some("jane.doe".into()));
        assert_eq!(
            name(r#"<div class="feed big" data-feedownerurl="jane"></div>"#),
            Some("jane".into())
        );
        let avatar =
            r#"<div class="avatarContainer" userId="00000000" userUrl="1234567890"></div>"#;
        assert_eq!(name(avatar), Some("1234567890".into()));
        assert_eq!(
            name(r#"<a href="/user/jane/activitylist">"#),
            Some("jane".into())
        );
        assert_eq!(name(r#"<a href="/user/friend/activity/1">"#), None);
    }

    #[test]
    fn the_feed_of_the_owner_goes_before_links_to_friends() {
        let page = r#"<a href="/user/friend/profile">F</a><div class="feed" data-feedownerurl="me"></div>"#;
        assert_eq!(name(page), Some("me".into()));
    }

    #[test]
    fn a_page_that_asks_to_log_in_or_sign_up_is_signed_out() {
        assert!(says_signed_out("<a>Log In</a> or <a>Sign Up</a>"));
        assert!(!says_signed_out(
            "<a>Sign up for a race</a><script>'log in'</script>"
        ));
    }
}
