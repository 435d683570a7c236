//! HTML pages: parsed within limits, away from the async runtime, and without a word in the log.
//!
//! ```no_run
//! # async fn example(session: web_session::Session, url: web_session::Url) -> Result<(), web_session::Error> {
//! let response = session.get(url).endpoint("home").read().await?;
//! let name = response
//!     .read_page(|page| page.select("#profile a").first().map(|link| link.text()))
//!     .await?;
//! # let _ = name; Ok(())
//! # }
//! ```

mod csrf;
mod form;
mod quiet;
mod scan;
mod selector;
mod tree;

use std::fmt;
use std::time::Instant;

use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::TendrilSink as _;

pub use form::{FormFields, WantedForm};

use quiet::silently;
use selector::Selector;
use tree::{Builder, NodeId, ROOT, Tree};

use crate::error::Error;
use crate::limits;
use crate::response::Response;

/// The parser gets this many bytes between two checks of the clock and of the size of the tree.
const PIECE: usize = 1024;

/// The limit that a page exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageProblem {
    /// It is too large.
    #[error("it has more than {} bytes", limits::PAGE_BYTES)]
    Bytes,
    /// It has too many tags.
    #[error("it has more than {} tags", limits::PAGE_TAGS)]
    Tags,
    /// Its elements are nested too deep.
    #[error("its elements are nested more than {} deep", limits::PAGE_DEPTH)]
    Depth,
    /// Too many formatting elements are open.
    #[error(
        "more than {} formatting elements are never closed",
        limits::PAGE_FORMATTING
    )]
    Formatting,
    /// A tag has too many attributes.
    #[error("a tag has more than {} attributes", limits::TAG_ATTRIBUTES)]
    Attributes,
    /// It grew too large while it was parsed.
    #[error("it grows to more than {} nodes", limits::PAGE_NODES)]
    Nodes,
    /// Parsing took too long.
    #[error("reading it takes longer than {:?}", limits::PAGE_TIME)]
    Time,
    /// The parser gave up.
    #[error("the parser failed")]
    Parser,
}

/// A parsed HTML page.
///
/// # Selectors
/// [`select`](Self::select) takes the part of CSS that pages are read with: names of elements, `*`, `#id`, `.class`,
/// `[attribute]` and `[attribute=value]` (also `^=`, `$=`, `*=`), the combinators "inside" (a blank) and "directly
/// inside" (`>`), and lists with commas. Contents of a `<template>` are no part of the page.
pub struct Page(Tree);

impl Page {
    /// Parses a page here and now. In async code use [`Response::read_page`], which does it on a thread for blocking
    /// work.
    ///
    /// # Errors
    /// When the page is beyond a limit of [`limits`]. Size, depth and attributes are checked before the parser sees it.
    pub fn parse(text: &str) -> Result<Self, PageProblem> {
        scan::check(text)?;
        silently(|| parse(text, Instant::now() + limits::PAGE_TIME))
    }

    /// The elements that a [selector](Self#selectors) selects, in the order of the page. An invalid selector selects
    /// nothing.
    #[must_use]
    pub fn select(&self, selector: &str) -> Vec<Element<'_>> {
        select(&self.0, ROOT, selector)
    }

    /// The text that a browser shows: no scripts, no styles, no attributes; white space folded.
    #[must_use]
    pub fn visible_text(&self) -> String {
        let mut text = String::new();
        let mut next = Some(ROOT);
        while let Some(node) = next {
            for word in self.0.text(node).unwrap_or_default().split_whitespace() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
            }
            let is_hidden = matches!(
                self.0.element(node),
                Some("script" | "style" | "noscript" | "template")
            );
            next = self.0.after(node, ROOT, !is_hidden);
        }
        text
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Page({} nodes)", self.0.len())
    }
}

/// An element of a [`Page`].
#[derive(Clone, Copy)]
pub struct Element<'a> {
    tree: &'a Tree,
    id: NodeId,
}

impl<'a> Element<'a> {
    fn wrap(tree: &'a Tree, id: NodeId) -> Option<Self> {
        tree.element(id).map(|_| Self { tree, id })
    }

    /// Its name in lower case.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.tree.element(self.id).unwrap_or_default()
    }

    /// The value of an attribute. The parser writes their names in lower case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.tree.attribute(self.id, name)
    }

    /// All text in it, as it stands there.
    #[must_use]
    pub fn raw_text(&self) -> String {
        let below = self.tree.below(self.id);
        below.filter_map(|node| self.tree.text(node)).collect()
    }

    /// All text in it, with white space folded.
    #[must_use]
    pub fn text(&self) -> String {
        let text = self.raw_text();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The elements in it that a [selector](Page#selectors) selects. An invalid selector selects nothing.
    #[must_use]
    pub fn select(&self, selector: &str) -> Vec<Self> {
        select(self.tree, self.id, selector)
    }

    /// Whether a browser would not send this field: it is switched off by itself, or with the whole group that it stands in.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        let is_off = |element: &Self| element.attribute("disabled").is_some();
        let mut groups = self.ancestors();
        is_off(self) || groups.any(|group| group.name() == "fieldset" && is_off(&group))
    }

    /// The elements around it, the nearest first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + use<'a> {
        let tree = self.tree;
        let around = std::iter::successors(tree.parent(self.id), |at| tree.parent(*at));
        around.filter_map(|node| Self::wrap(tree, node))
    }
}

fn select<'a>(tree: &'a Tree, root: NodeId, selector: &str) -> Vec<Element<'a>> {
    let Some(selector) = Selector::parse(selector) else {
        return Vec::new();
    };
    tree.below(root)
        .filter(|node| selector.matches(tree, *node))
        .filter_map(|node| Element::wrap(tree, node))
        .collect()
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.name())
    }
}

impl Response {
    /// Parses the body as an HTML page and lets `read` take from it what is wanted, on a thread for blocking work: a
    /// hostile page holds nothing up but this call.
    ///
    /// # Errors
    /// [`Error::Page`] when the page is beyond a limit of [`limits`].
    pub async fn read_page<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Page) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let body = self.body.clone();
        let job = tokio::task::spawn_blocking(move || {
            if body.len() > limits::PAGE_BYTES {
                return Err(PageProblem::Bytes);
            }
            let text = String::from_utf8_lossy(&body);
            scan::check(&text)?;
            // In silence: the parser logs every element with its attributes.
            let page = silently(|| parse(&text, Instant::now() + limits::PAGE_TIME))?;
            Ok(read(&page))
        });
        // The parser watches the clock itself; this is for what `read` does.
        let result = match tokio::time::timeout(limits::PAGE_TIME * 2, job).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(PageProblem::Parser),
            Err(_) => Err(PageProblem::Time),
        };
        result.map_err(|problem| Error::Page {
            endpoint: self.endpoint,
            problem,
        })
    }
}

/// Feeds the parser piece by piece and stops it at the limits: the size of a page does not determine its cost.
fn parse(text: &str, deadline: Instant) -> Result<Page, PageProblem> {
    let mut parser = driver::parse_document(Builder::new(), ParseOpts::default());
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = PIECE.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, after) = rest.split_at(end);
        rest = after;
        parser.process(piece.into());
        if parser.tokenizer.sink.sink.len() > limits::PAGE_NODES {
            return Err(PageProblem::Nodes);
        }
        if Instant::now() > deadline {
            return Err(PageProblem::Time);
        }
    }
    let tree = parser.finish();
    // The parser opens and closes elements by its own rules, so the scan only estimates the depth.
    match tree.depth() > limits::PAGE_DEPTH * 2 {
        true => Err(PageProblem::Depth),
        false => Ok(Page(tree)),
    }
}

#[cfg(test)]
mod tests;
