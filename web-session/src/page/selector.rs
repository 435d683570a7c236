//! The part of CSS selectors that pages are read with.

use super::tree::{NodeId, Tree};

/// Alternatives, each a chain of compounds.
pub(super) struct Selector(Vec<Vec<Step>>);

struct Step {
    /// Whether the step before it must be the parent, not any element around it.
    is_child: bool,
    tests: Vec<Test>,
}

enum Test {
    Any,
    Name(String),
    Id(String),
    Class(String),
    Attribute(String, How, String),
}

#[derive(Clone, Copy)]
enum How {
    Present,
    Equals,
    Begins,
    Ends,
    Contains,
}

impl Selector {
    /// `None` for text that is not a selector, or one beyond what this module knows.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = Rest(text);
        let mut alternatives = vec![chain(&mut rest)?];
        while rest.take(",") {
            alternatives.push(chain(&mut rest)?);
        }
        rest.0.is_empty().then_some(Self(alternatives))
    }

    pub(super) fn matches(&self, tree: &Tree, id: NodeId) -> bool {
        self.0.iter().any(|chain| fits(tree, id, chain))
    }
}

/// Whether an element fits the last step of a chain, and the elements around it the steps before.
fn fits(tree: &Tree, id: NodeId, chain: &[Step]) -> bool {
    let Some((step, before)) = chain.split_last() else {
        return true;
    };
    if tree.element(id).is_none() || !step.tests.iter().all(|test| test.fits(tree, id)) {
        return false;
    }
    if before.is_empty() {
        return true;
    }
    let mut around = std::iter::successors(tree.parent(id), |at| tree.parent(*at));
    match step.is_child {
        true => around
            .next()
            .is_some_and(|parent| fits(tree, parent, before)),
        false => around.any(|at| fits(tree, at, before)),
    }
}

impl Test {
    fn fits(&self, tree: &Tree, id: NodeId) -> bool {
        match self {
            Self::Any => true,
            Self::Name(name) => tree
                .element(id)
                .is_some_and(|found| found.eq_ignore_ascii_case(name)),
            Self::Id(wanted) => tree.attribute(id, "id") == Some(wanted),
            Self::Class(wanted) => tree
                .attribute(id, "class")
                .is_some_and(|found| found.split_ascii_whitespace().any(|class| class == wanted)),
            Self::Attribute(name, how, wanted) => tree.attribute(id, name).is_some_and(|found| {
                match IGNORES_CASE.contains(&&**name) {
                    true => how.fits(&found.to_ascii_lowercase(), &wanted.to_ascii_lowercase()),
                    false => how.fits(found, wanted),
                }
            }),
        }
    }
}

impl How {
    fn fits(self, found: &str, wanted: &str) -> bool {
        match self {
            Self::Present => true,
            Self::Equals => found == wanted,
            // As CSS has it: a part of no length is found nowhere.
            _ if wanted.is_empty() => false,
            Self::Begins => found.starts_with(wanted),
            Self::Ends => found.ends_with(wanted),
            Self::Contains => found.contains(wanted),
        }
    }
}

/// Attributes whose values have no case in HTML; those of them that forms and links have.
const IGNORES_CASE: &[&str] = &[
    "accept",
    "charset",
    "enctype",
    "http-equiv",
    "lang",
    "media",
    "method",
    "rel",
    "rev",
    "type",
];

/// The text that is not parsed yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn skip_space(&mut self) -> bool {
        let trimmed = self.0.trim_ascii_start();
        let skipped = trimmed.len() != self.0.len();
        self.0 = trimmed;
        skipped
    }

    fn take(&mut self, mark: &str) -> bool {
        let after = self.0.strip_prefix(mark);
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.0.find(|c| !wanted(c)).unwrap_or(self.0.len());
        let (found, rest) = self.0.split_at(end);
        self.0 = rest;
        (!found.is_empty()).then_some(found)
    }

    fn name(&mut self) -> Option<String> {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        self.take_while(is_part).map(str::to_owned)
    }
}

fn chain(rest: &mut Rest<'_>) -> Option<Vec<Step>> {
    rest.skip_space();
    let mut steps = Vec::new();
    let mut is_child = false;
    loop {
        let tests = compound(rest)?;
        steps.push(Step { is_child, tests });
        let spaced = rest.skip_space();
        is_child = rest.take(">");
        rest.skip_space();
        let ends = rest.0.is_empty() || rest.0.starts_with(',');
        match (ends, is_child || spaced) {
            (true, _) if is_child => return None,
            (true, _) => return Some(steps),
            (false, true) => {}
            (false, false) => return None,
        }
    }
}

/// The tests for one element, at least one.
fn compound(rest: &mut Rest<'_>) -> Option<Vec<Test>> {
    let mut tests = Vec::new();
    if rest.take("*") {
        tests.push(Test::Any);
    } else if let Some(name) = rest.name() {
        tests.push(Test::Name(name));
    }
    loop {
        if rest.take("#") {
            tests.push(Test::Id(rest.name()?));
        } else if rest.take(".") {
            tests.push(Test::Class(rest.name()?));
        } else if rest.take("[") {
            tests.push(attribute(rest)?);
        } else {
            return (!tests.is_empty()).then_some(tests);
        }
    }
}

/// What stands in brackets.
fn attribute(rest: &mut Rest<'_>) -> Option<Test> {
    rest.skip_space();
    let name = rest.name()?.to_ascii_lowercase();
    rest.skip_space();
    if rest.take("]") {
        return Some(Test::Attribute(name, How::Present, String::new()));
    }
    let how = [
        ("=", How::Equals),
        ("^=", How::Begins),
        ("$=", How::Ends),
        ("*=", How::Contains),
    ];
    let (_, how) = how.into_iter().find(|(mark, _)| rest.take(mark))?;
    rest.skip_space();
    let quote = ['"', '\'']
        .into_iter()
        .find(|quote| rest.0.starts_with(*quote));
    let value = match quote {
        Some(quote) => {
            let (value, after) = rest.0[1..].split_once(quote)?;
            rest.0 = after;
            value.to_owned()
        }
        None => rest.name()?,
    };
    rest.skip_space();
    rest.take("]").then_some(Test::Attribute(name, how, value))
}

#[cfg(test)]
mod tests {
    use super::super::Page;

    const PAGE: &str = "<div id=outer class='a b'><p class=x>1</p><section><p class='x y'>2</p>\
        <input TYPE=Hidden name=twitter:app value='a.b'></section></div><p lang=EN>3</p>\
        <template><p>4</p></template><svg><title>5</title></svg>";

    fn found(selector: &str) -> Vec<String> {
        let page = Page::parse(PAGE).unwrap();
        page.select(selector)
            .iter()
            .map(|element| match element.name() {
                "input" => "input".to_owned(),
                _ => element.text(),
            })
            .collect()
    }

    #[test]
    fn selectors_select_as_in_css() {
        for (selector, expected) in [
            ("p", &["1", "2", "3"][..]),
            (" P ", &["1", "2", "3"]),
            ("p.x", &["1", "2"]),
            (".x.y", &["2"]),
            ("#outer p", &["1", "2"]),
            ("#outer > p", &["1"]),
            ("div>section>p", &["2"]),
            ("body section p", &["2"]),
            ("div > .b p", &[]),
            ("div.a.b section [class]", &["2"]),
            ("section p, #outer>p", &["1", "2"]),
            ("input[type=hidden]", &["input"]),
            ("input[TYPE='HIDDEN'][value]", &["input"]),
            ("[name='twitter:app']", &["input"]),
            ("[name=\"TWITTER:app\"]", &[]),
            ("[value^='a.'][value$=b][value*='.']", &["input"]),
            ("[value*='']", &[]),
            ("[ value = 'a.b' ]", &["input"]),
            ("p[lang=en]", &["3"]),
            ("title", &["5"]),
            ("template p", &[]),
            ("nothing", &[]),
        ] {
            assert_eq!(found(selector), expected, "{selector}");
        }
        assert_eq!(found("section > *").len(), 2);
    }

    #[test]
    fn text_that_is_no_selector_selects_nothing() {
        for selector in [
            "",
            " ",
            ",",
            "p,",
            ",p",
            "p[",
            "p[]",
            "p[a",
            "p[a=",
            "p[a=]",
            "p[a='x",
            "p[a='x]",
            "p >",
            "> p",
            "p > > a",
            "#",
            ".",
            "p.",
            "p:first-child",
            "p + p",
            "p ~ p",
            "p[a|=b]",
            "p[a~=b]",
            "p\\",
            "*p",
            "p]",
        ] {
            assert!(found(selector).is_empty(), "{selector}");
        }
    }
}
