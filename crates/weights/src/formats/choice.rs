//! Which of several sets of tensors in one file is the network.
//!
//! Checkpoints of a training hold the network beside its moving average, the optimizer's state and more. What they are
//! called is a matter of habit, which [`HABITS`] lists.

use std::cmp::Reverse;

/// A set of tensors in a file: where it is, and its tensors.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group<T> {
    /// The names that lead to it; none if it is the file itself.
    pub(super) path: Vec<String>,
    /// Its tensors by name.
    pub(super) tensors: Vec<(String, T)>,
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
    let would_fit: Vec<String> = would_fit.map(named).collect();
    let notes = match would_fit.is_empty() {
        true => Vec::new(),
        false => vec![format!("{} are read, where {} would fit too", named(&chosen), would_fit.join(", "))],
    };
    Some(Choice { tensors: chosen.tensors, notes, beside: rest.iter().map(named).collect() })
}

/// Where the last of a set's names stands in [`HABITS`]; behind them if it does not.
fn habit<T>(group: &Group<T>) -> usize {
    let place = |name: &String| HABITS.iter().position(|habit| habit == name);
    group.path.last().and_then(place).unwrap_or(HABITS.len())
}

fn is_no_network<T>(group: &Group<T>) -> bool {
    group.path.iter().any(|name| NO_NETWORKS.iter().any(|begins| name.starts_with(begins)))
}

fn named<T>(group: &Group<T>) -> String {
    let s = if group.tensors.len() == 1 { "" } else { "s" };
    match group.path.is_empty() {
        true => format!("{} tensor{s} at the top", group.tensors.len()),
        false => format!("the {} tensor{s} of `{}`", group.tensors.len(), group.path.join(".")),
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
        let choice = choose(vec![group("optimizer.state.0", 1), group("net", 5), group("", 2)]).unwrap();
        assert_eq!(choice.beside, ["2 tensors at the top", "the 1 tensor of `optimizer.state.0`"]);
    }
}
