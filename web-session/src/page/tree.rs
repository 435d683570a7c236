//! The tree of a page: nodes in one vector, built by html5ever's tree builder.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, LocalName, Namespace, QualName};

pub(super) type NodeId = usize;
type Link = Option<NodeId>;

/// The document itself.
pub(super) const ROOT: NodeId = 0;

/// A parsed document. Contents of a `<template>` have a root of their own, as in a browser.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

struct Node {
    /// Empty for all but elements.
    name: QualName,
    content: Content,
    parent: Link,
    previous: Link,
    next: Link,
    first: Link,
    last: Link,
}

enum Content {
    Element {
        attributes: Vec<(LocalName, String)>,
        template: Link,
    },
    Text(String),
    /// The document, or a comment, whose text no caller needs.
    Other,
}

impl Tree {
    fn new() -> Self {
        let mut tree = Self { nodes: Vec::new() };
        tree.add(nameless(), Content::Other);
        tree
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The name of an element.
    pub(super) fn element(&self, id: NodeId) -> Option<&str> {
        let node = self.nodes.get(id)?;
        matches!(node.content, Content::Element { .. }).then_some(&*node.name.local)
    }

    pub(super) fn attribute(&self, id: NodeId, name: &str) -> Option<&str> {
        match &self.nodes.get(id)?.content {
            Content::Element { attributes, .. } => attributes
                .iter()
                .find(|(found, _)| &**found == name)
                .map(|(_, value)| value.as_str()),
            _ => None,
        }
    }

    pub(super) fn text(&self, id: NodeId) -> Option<&str> {
        match &self.nodes.get(id)?.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.nodes.get(id)?.parent
    }

    /// The nodes below `root`, in the order of the page.
    pub(super) fn below(&self, root: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.after(root, root, true), move |at| {
            self.after(*at, root, true)
        })
    }

    /// The node after `at` in the order of the page, within `root`; `inside`: with the nodes below `at`.
    pub(super) fn after(&self, at: NodeId, root: NodeId, inside: bool) -> Link {
        let mut node = self.nodes.get(at)?;
        if inside && node.first.is_some() {
            return node.first;
        }
        let mut at = at;
        while at != root {
            if node.next.is_some() {
                return node.next;
            }
            at = node.parent?;
            node = self.nodes.get(at)?;
        }
        None
    }

    /// The depth of the tree, the document not counted.
    pub(super) fn depth(&self) -> usize {
        let mut depths = vec![0_usize; self.nodes.len()];
        for id in self.below(ROOT) {
            depths[id] = self.parent(id).map_or(0, |parent| depths[parent] + 1);
        }
        depths.into_iter().max().unwrap_or(0)
    }

    fn add(&mut self, name: QualName, content: Content) -> NodeId {
        self.nodes.push(Node {
            name,
            content,
            parent: None,
            previous: None,
            next: None,
            first: None,
            last: None,
        });
        self.nodes.len() - 1
    }

    fn detach(&mut self, id: NodeId) {
        let node = &mut self.nodes[id];
        let (parent, previous, next) = (node.parent.take(), node.previous.take(), node.next.take());
        match (previous, parent) {
            (Some(previous), _) => self.nodes[previous].next = next,
            (None, Some(parent)) => self.nodes[parent].first = next,
            (None, None) => {}
        }
        match (next, parent) {
            (Some(next), _) => self.nodes[next].previous = previous,
            (None, Some(parent)) => self.nodes[parent].last = previous,
            (None, None) => {}
        }
    }

    /// Puts a node into `parent`, before `next` or at the end.
    fn insert(&mut self, id: NodeId, parent: NodeId, next: Link) {
        self.detach(id);
        let previous = match next {
            Some(next) => self.nodes[next].previous.replace(id),
            None => self.nodes[parent].last.replace(id),
        };
        match previous {
            Some(previous) => self.nodes[previous].next = Some(id),
            None => self.nodes[parent].first = Some(id),
        }
        let node = &mut self.nodes[id];
        (node.parent, node.previous, node.next) = (Some(parent), previous, next);
    }

    /// Text beside text becomes one node.
    fn insert_text(&mut self, text: &str, parent: NodeId, next: Link) {
        let before = match next {
            Some(next) => self.nodes[next].previous,
            None => self.nodes[parent].last,
        };
        if let Some(before) = before
            && let Content::Text(known) = &mut self.nodes[before].content
        {
            known.push_str(text);
            return;
        }
        let id = self.add(nameless(), Content::Text(text.to_owned()));
        self.insert(id, parent, next);
    }
}

fn nameless() -> QualName {
    QualName::new(None, Namespace::default(), LocalName::default())
}

/// Receives the tree from the parser.
pub(super) struct Builder(RefCell<Tree>);

impl Builder {
    pub(super) fn new() -> Self {
        Self(RefCell::new(Tree::new()))
    }

    pub(super) fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

impl TreeSink for Builder {
    type Handle = NodeId;
    type Output = Tree;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Tree {
        self.0.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_document(&self) -> NodeId {
        ROOT
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn elem_name<'a>(&'a self, id: &'a NodeId) -> Ref<'a, QualName> {
        Ref::map(self.0.borrow(), |tree| &tree.nodes[*id].name)
    }

    fn create_element(&self, name: QualName, found: Vec<Attribute>, how: ElementFlags) -> NodeId {
        let mut tree = self.0.borrow_mut();
        let template = how.template.then(|| tree.add(nameless(), Content::Other));
        let attributes = found.into_iter().map(own).collect();
        tree.add(
            name,
            Content::Element {
                attributes,
                template,
            },
        )
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.0.borrow_mut().add(nameless(), Content::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.0.borrow_mut().add(nameless(), Content::Other)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let mut tree = self.0.borrow_mut();
        match child {
            NodeOrText::AppendNode(id) => tree.insert(id, *parent, None),
            NodeOrText::AppendText(text) => tree.insert_text(&text, *parent, None),
        }
    }

    fn append_before_sibling(&self, sibling: &NodeId, new: NodeOrText<NodeId>) {
        let mut tree = self.0.borrow_mut();
        let Some(parent) = tree.parent(*sibling) else {
            return;
        };
        match new {
            NodeOrText::AppendNode(id) => tree.insert(id, parent, Some(*sibling)),
            NodeOrText::AppendText(text) => tree.insert_text(&text, parent, Some(*sibling)),
        }
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        previous: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        let has_parent = self.0.borrow().parent(*element).is_some();
        match has_parent {
            true => self.append_before_sibling(element, child),
            false => self.append(previous, child),
        }
    }

    fn get_template_contents(&self, id: &NodeId) -> NodeId {
        match self.0.borrow().nodes[*id].content {
            Content::Element {
                template: Some(contents),
                ..
            } => contents,
            _ => *id,
        }
    }

    fn add_attrs_if_missing(&self, id: &NodeId, found: Vec<Attribute>) {
        if let Content::Element { attributes, .. } = &mut self.0.borrow_mut().nodes[*id].content {
            for (name, value) in found.into_iter().map(own) {
                if attributes.iter().all(|(known, _)| *known != name) {
                    attributes.push((name, value));
                }
            }
        }
    }

    fn remove_from_parent(&self, id: &NodeId) {
        self.0.borrow_mut().detach(*id);
    }

    fn reparent_children(&self, from: &NodeId, to: &NodeId) {
        let mut tree = self.0.borrow_mut();
        while let Some(child) = tree.nodes[*from].first {
            tree.insert(child, *to, None);
        }
    }
}

fn own(attribute: Attribute) -> (LocalName, String) {
    (attribute.name.local, attribute.value.to_string())
}
