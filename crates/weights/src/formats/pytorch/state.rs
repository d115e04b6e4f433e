//! The state dicts in what a pickle makes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::choice::Group;
use crate::pickle::{Heap, Id, Object, View};
use crate::text::{printable, shown};

/// Dictionaries within dictionaries that are looked into.
const DEEPEST: usize = 6;

/// Names that a sentence repeats.
const NAMED: usize = 8;

/// Every dictionary of tensors, each once, though a pickle may refer to it often or have it hold itself.
pub(super) fn groups(heap: &Heap, root: Id) -> Vec<Group<View>> {
    let mut groups = Vec::new();
    let mut seen = BTreeSet::from([root]);
    let mut next = VecDeque::from([(Vec::new(), root)]);
    while let Some((path, id)) = next.pop_front() {
        let Object::Dictionary(entries) = heap.get(id) else { continue };
        // What was put in last under a name is what it stands for.
        let mut tensors = BTreeMap::new();
        for &(key, value) in entries {
            match (named(heap, key), heap.get(value)) {
                (Some(name), Object::Tensor(view)) => drop(tensors.insert(name, (**view).clone())),
                (Some(name), Object::Dictionary(_)) if path.len() < DEEPEST && seen.insert(value) => {
                    let path = [path.as_slice(), &[name]].concat();
                    next.push_back((path, value));
                }
                _ => {}
            }
        }
        if !tensors.is_empty() {
            groups.push(Group { path, tensors: tensors.into_iter().collect() });
        }
    }
    groups
}

/// A key as a name: texts, and the numbers that optimizers count parameters with.
fn named(heap: &Heap, key: Id) -> Option<String> {
    match heap.get(key) {
        Object::Text(text) => Some(printable(text)),
        Object::Integer(integer) => Some(integer.to_string()),
        _ => None,
    }
}

/// What a pickle without a state dict holds, for people.
pub(super) fn held(heap: &Heap, root: Id) -> String {
    match heap.get(root) {
        Object::Dictionary(entries) if entries.is_empty() => "an empty dictionary".to_owned(),
        Object::Dictionary(entries) => {
            let names: Vec<String> = entries.iter().filter_map(|(key, _)| named(heap, *key)).take(NAMED).collect();
            format!("a dictionary of {}", shown(&names.join(", ")))
        }
        Object::Tensor(_) => "one tensor without a name".to_owned(),
        Object::Sequence(_) => "a list".to_owned(),
        _ => "a single value".to_owned(),
    }
}
