//! Which of several sets of tensors in one file is the network.
//!
//! Checkpoints of a training hold the network beside its moving average, the optimizer's state and more. What they are
//! called is a matter of habit, which [`HABITS`] lists.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::text::shown;

/// A set of tensors in a file: where it is, and its tensors.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group<T> {
    /// The names that lead to it; none if it is the file itself.
    pub(super) path: Vec<String>,
    /// Its tensors by name.
    pub(super) tensors: Vec<(String, T)>,
}

impl<T> Group<T> {
    fn named(&self) -> String {
        named(&self.path, self.tensors.len())
    }
}

/// What was chosen.
#[derive(Debug, PartialEq)]
pub(super) struct Choice<T> {
    /// The tensors of the set that is read.
    pub(super) tensors: Vec<(String, T)>,
    /// Each a sentence without the file's name.
    pub(super) notes: Vec<String>,
    /// The sets that are left.
    pub(super) beside: Vec<String>,
}

/// What a network is called in a checkpoint, first those that are taken first.
const HABITS: [&str; 20] = [
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "network",
    "net",
    "params",
    "weights",
    "backbone",
    "encoder",
    "resnet",
    "module",
    "teacher",
    "student",
    "ema",
    "model_ema",
    "ema_state_dict",
    "state_dict_ema",
    "ema_model",
    "ema_params",
];

/// Sets that a sentence names.
const NAMED: usize = 6;

/// How names begin of what belongs to a training and is no network.
const NO_NETWORKS: [&str; 7] = ["optim", "sched", "lr_sched", "scaler", "loss", "criterion", "amp"];

/// Chooses; `None` where there is no set.
///
/// Sets of a training's own state come last. Those with a name of [`HABITS`] come first, in that order; then larger ones.
/// The file itself comes before a named one that has fewer tensors.
pub(super) fn choose<T>(mut groups: Vec<Group<T>>) -> Option<Choice<T>> {
    let largest_named = groups.iter().filter(|g| habit(g) < HABITS.len()).map(|g| g.tensors.len()).max();
    let rank = |group: &Group<T>| {
        let is_the_file = group.path.is_empty() && largest_named.is_none_or(|named| named < group.tensors.len());
        (is_no_network(group), !is_the_file, habit(group), Reverse(group.tensors.len()), group.path.clone())
    };
    groups.sort_by_cached_key(rank);
    let mut groups = groups.into_iter();
    let chosen = groups.next()?;
    let rest: Vec<Group<T>> = groups.collect();
    let would_fit = rest.iter().filter(|g| !is_no_network(g) && 2 * g.tensors.len() >= chosen.tensors.len());
    let would_fit = first_of(would_fit.map(Group::named).collect());
    let notes = match would_fit.is_empty() {
        true => Vec::new(),
        false => vec![format!("{} are read, where {} would fit too", chosen.named(), would_fit.join(", "))],
    };
    let beside = beside(&chosen.path, &rest);
    Some(Choice { tensors: chosen.tensors, notes, beside })
}

/// What is left, of each part of the file that holds nothing of what was chosen how many tensors.
fn beside<T>(chosen: &[String], rest: &[Group<T>]) -> Vec<String> {
    let mut parts: BTreeMap<&[String], usize> = BTreeMap::new();
    for group in rest {
        let shared = group.path.iter().zip(chosen).take_while(|(own, other)| own == other).count();
        *parts.entry(&group.path[..group.path.len().min(shared + 1)]).or_default() += group.tensors.len();
    }
    first_of(parts.into_iter().map(|(path, count)| named(path, count)).collect())
}

/// As many as a sentence names, and how many more there are.
fn first_of(mut all: Vec<String>) -> Vec<String> {
    if all.len() > NAMED {
        let more = all.split_off(NAMED).len();
        all.push(format!("{more} more"));
    }
    all
}

/// Where the last of a set's names stands in [`HABITS`]; behind them if it does not.
fn habit<T>(group: &Group<T>) -> usize {
    let place = |name: &String| HABITS.iter().position(|habit| habit == name);
    group.path.last().and_then(place).unwrap_or(HABITS.len())
}

fn is_no_network<T>(group: &Group<T>) -> bool {
    group.path.iter().any(|name| NO_NETWORKS.iter().any(|begins| name.starts_with(begins)))
}

fn named(path: &[String], count: usize) -> String {
    let s = if count == 1 { "" } else { "s" };
    match path.is_empty() {
        true => format!("{count} tensor{s} at the top"),
        false => format!("the {count} tensor{s} of `{}`", shown(&path.join("."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(path: &str, count: usize) -> Group<usize> {
        let path = path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Group { path, tensors: (0..count).map(|i| (i.to_string(), i)).collect() }
    }

    /// How many tensors are chosen, and what is said.
    fn chosen(groups: &[(&str, usize)]) -> (usize, Vec<String>) {
        let choice = choose(groups.iter().map(|(path, count)| group(path, *count)).collect()).unwrap();
        (choice.tensors.len(), choice.notes)
    }

    #[test]
    fn a_named_set_is_taken_before_the_optimizers_larger_one() {
        assert_eq!(chosen(&[("optimizer.state", 90), ("state_dict", 40), ("", 1)]), (40, vec![]));
        assert_eq!(chosen(&[("optimizer.state", 90), ("", 30)]), (30, vec![]));
        assert_eq!(chosen(&[("", 30)]), (30, vec![]));
        assert_eq!(chosen(&[("optimizer", 3)]), (3, vec![]));
        assert_eq!(chosen(&[("a.model.state_dict", 7), ("a.model.extra", 1)]), (7, vec![]));
        assert_eq!(choose(Vec::<Group<usize>>::new()), None);
    }

    #[test]
    fn where_several_fit_it_is_said() {
        let said = |words: &str| vec![words.to_owned()];
        assert_eq!(
            chosen(&[("ema", 40), ("state_dict", 40)]),
            (40, said("the 40 tensors of `state_dict` are read, where the 40 tensors of `ema` would fit too"))
        );
        assert_eq!(
            chosen(&[("", 60), ("model", 31), ("b", 29)]),
            (60, said("60 tensors at the top are read, where the 31 tensors of `model` would fit too"))
        );
        assert_eq!(
            chosen(&[("", 50), ("model", 50)]),
            (50, said("the 50 tensors of `model` are read, where 50 tensors at the top would fit too"))
        );
    }

    #[test]
    fn what_is_left_is_listed() {
        let groups = [("optimizer.state.0", 1), ("optimizer.state.1", 2), ("a.net", 5), ("a.extra.more", 1), ("", 2)];
        let choice = choose(groups.map(|(path, count)| group(path, count)).to_vec()).unwrap();
        assert_eq!(choice.tensors.len(), 5);
        let left = ["2 tensors at the top", "the 1 tensor of `a.extra`", "the 3 tensors of `optimizer`"];
        assert_eq!(choice.beside, left);
    }
}
