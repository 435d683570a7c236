//! `GET /home`: is the session alive, and what is the account called?
//!
//! HTML. The own name stands in (the first kind that is found; several names of one kind are none):
//!
//! ```html
//! <a href="/user/1234567890/profile">            seen 2014-07 .. 2016-12
//! <div class="feed" data-feedownerurl="...">      seen 2020-09
//! <div class="avatarContainer" userUrl="...">     seen 2017-05
//! ```
//!
//! A dead session shows itself as a redirect to `/login` or to `id.asics.com`, or as a page whose text has both "log in"
//! and "sign up" (seen 2026-04).

use std::collections::BTreeSet;

use web_session::page::Page;

use crate::page::says_signed_out;
use crate::{Error, Runkeeper, UserName};

const ENDPOINT: &str = "home page";

impl Runkeeper {
    /// The name in the account's own addresses. Asked once, then remembered.
    ///
    /// # Errors
    /// [`Error::SiteChanged`] when the home page does not tell, or names several people; give
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
    #[cfg(feature = "engine")]
    pub(crate) async fn prove_alive(&self) -> Result<(), Error> {
        self.home().await
    }

    pub(crate) async fn home(&self) -> Result<(), Error> {
        let url = self.url(&self.endpoints().home);
        let page = self
            .fetch_once(self.session().get(url).endpoint(ENDPOINT))
            .await?;
        let (signed_out, user) = page
            .read_page(|page| (says_signed_out(page), own_name(page)))
            .await?;
        if signed_out {
            return Err(Error::SessionExpired { endpoint: ENDPOINT });
        }
        if page.status().as_u16() != 200 {
            return Err(Error::SiteChanged {
                endpoint: ENDPOINT,
                expected: "the home page",
                fingerprint: Box::new(page.fingerprint()),
            });
        }
        if let Some(user) = user {
            self.learn_user(&user);
        }
        Ok(())
    }

    async fn nameless(&self) -> Error {
        let url = self.url(&self.endpoints().home);
        match self
            .fetch_once(self.session().get(url).endpoint(ENDPOINT))
            .await
        {
            Ok(page) => Error::SiteChanged {
                endpoint: ENDPOINT,
                // Also for people who never heard of a builder.
                expected: "one name, the account's own (to be given as RUNKEEPER_USER or by `RunkeeperBuilder::user`)",
                fingerprint: Box::new(page.fingerprint()),
            },
            Err(error) => error,
        }
    }
}

/// Friends stand on the page, too, with links of the same kind. Everything that is read and written afterwards goes by
/// this name, so several names count as unknown.
fn own_name(document: &Page) -> Option<UserName> {
    let owners = |selector: &str, attribute: &str| -> BTreeSet<String> {
        document
            .select(selector)
            .iter()
            .filter_map(|element| element.attribute(attribute))
            .filter_map(|value| UserName::new(value.trim().trim_matches('/')))
            .map(|name| name.to_string())
            .collect()
    };
    let linked = |page: &str| -> BTreeSet<String> {
        document
            .select("a[href]")
            .iter()
            .filter_map(|link| link.attribute("href")?.split_once("/user/"))
            .filter_map(|(_, rest)| {
                let (name, tail) = rest.split_once('/')?;
                let tail = tail.split(['?', '#']).next().unwrap_or_default();
                (tail.trim_end_matches('/') == page)
                    .then(|| UserName::new(name))
                    .flatten()
            })
            .map(|name| name.to_string())
            .collect()
    };
    let feeds = owners(".feed[data-feedownerurl]", "data-feedownerurl");
    // HTML parsers write attribute names in lower case.
    let avatars = owners(".avatarContainer[userurl]", "userurl");
    let (profiles, lists) = (linked("profile"), linked("activitylist"));
    // The menu leads to the own profile and to the own list; a friend's entry hardly to both.
    let both: BTreeSet<String> = profiles.intersection(&lists).cloned().collect();
    let links = if both.is_empty() {
        profiles.union(&lists).cloned().collect()
    } else {
        both
    };
    let known = [feeds, avatars, links];
    let names = known.iter().find(|names| !names.is_empty())?;
    match names.len() {
        1 => names.first().and_then(UserName::new),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(page: &str) -> Option<String> {
        own_name(&Page::parse(page).unwrap()).map(|name| name.to_string())
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
    fn one_of_several_names_is_none() {
        let link = |name: &str, page: &str| format!("<a href='/user/{name}/{page}'>x</a>");
        let (friend, me) = (link("friend", "profile"), link("me", "profile"));
        assert_eq!(name(&format!("{friend}<nav>{me}</nav>")), None);
        assert_eq!(name(&format!("{me}{me}")), Some("me".into()));
        let own_list = link("me", "activitylist");
        assert_eq!(name(&format!("{friend}{own_list}")), None);
        assert_eq!(
            name(&format!("{friend}{me}{own_list}")),
            Some("me".into()),
            "the menu leads to both"
        );
        let avatar = |name: &str| format!("<div class='avatarContainer' userUrl='{name}'></div>");
        let avatars = format!("{}{}", avatar("friend"), avatar("me"));
        assert_eq!(name(&avatars), None);
        assert_eq!(name(&format!("{avatars}{me}")), None);
        assert_eq!(
            name(&format!("{}{friend}", avatar("me"))),
            Some("me".into())
        );
    }

    #[test]
    fn the_feed_of_the_owner_goes_before_links_to_friends() {
        let page = r#"<a href="/user/friend/profile">F</a><div class="feed" data-feedownerurl="me"></div>"#;
        assert_eq!(name(page), Some("me".into()));
    }
}
