//! Every flag of every command does something: a run with it and one without it differ in what anybody can see.
//!
//! The flags are those that each command's `--help` declares. One without a test fails, and so does a test of one that
//! is gone.

mod ablate;
mod activations;
mod audit;
mod cargo;
mod declared;
mod explain;
mod faults;
mod files;
mod interrupted;
mod laws;
mod limits;
mod lines;
mod messages;
mod reproduce;
mod shell;
mod small;
mod test;
mod threads;
mod values;
mod verify;
mod visualize;

use std::collections::BTreeSet;

/// A flag, or a positional argument in angle brackets, and the test that shows what it does.
type Tested = (&'static str, fn());

/// Each command with what its flags are tested by.
const TESTED: [(&str, &[Tested]); 13] = [
    ("reproduce", reproduce::FLAGS),
    ("ablate", ablate::FLAGS),
    ("activations", activations::FLAGS),
    ("visualize", visualize::FLAGS),
    ("bench", cargo::FLAGS),
    ("audit", audit::FLAGS),
    ("explain", explain::FLAGS),
    ("verify", verify::FLAGS),
    ("completions", shell::COMPLETIONS),
    ("man", shell::MAN),
    ("faults", faults::FLAGS),
    ("laws", laws::FLAGS),
    ("test", test::FLAGS),
];

#[test]
fn every_flag_that_is_declared_has_a_test_and_every_test_a_flag() {
    let commands: Vec<String> = TESTED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        declared::commands().into_iter().collect::<BTreeSet<_>>(),
        commands.into_iter().collect::<BTreeSet<_>>()
    );
    for (command, flags) in TESTED {
        let tested: BTreeSet<String> = flags.iter().map(|(flag, _)| (*flag).to_owned()).collect();
        assert_eq!(tested.len(), flags.len(), "{command}: a flag stands twice");
        let declared: BTreeSet<String> = declared::flags(command).into_iter().collect();
        assert!(!declared.is_empty(), "{command}");
        assert_eq!(declared, tested, "{command}");
        // A test that stands for two flags shows neither of them.
        let tests: BTreeSet<usize> = flags.iter().map(|(_, test)| *test as usize).collect();
        assert_eq!(tests.len(), flags.len(), "{command}: one test for two flags");
    }
}

/// A command, a flag, and what its help text gives in brackets as its default; and the test that holds it to the value
/// written out.
type Default = (&'static str, &'static str, &'static str, fn());

const DEFAULTS: [Default; 38] = [
    ("reproduce", "--weights", "the embedded network", reproduce::what_is_not_given_is_what_the_help_says),
    ("reproduce", "--input-size", "224, or 128 for the embedded network", reproduce::the_size_is_that_of_the_network),
    (
        "reproduce",
        "--images",
        "the embedded images for the embedded network, else none",
        reproduce::what_is_not_given_is_what_the_help_says,
    ),
    ("reproduce", "--blocks", "all that the weights allow, 1.1 to 4.1", reproduce::blocks_are_those_named_or_all_seven),
    ("reproduce", "--channels", "all", reproduce::channels_are_those_named_or_all),
    ("reproduce", "--preset", "quick", reproduce::what_is_not_given_is_what_the_help_says),
    ("reproduce", "--seed", "0", reproduce::what_is_not_given_is_what_the_help_says),
    ("reproduce", "--threads", "all cores", threads::none_named_is_one_for_each_core),
    (
        "reproduce",
        "--out",
        "out/WEIGHTS/PRESET-seedN, such as out/resnet18-16/quick-seed0",
        reproduce::what_is_not_given_is_what_the_help_says,
    ),
    ("ablate", "--weights", "the embedded network", ablate::what_is_not_given_is_what_the_help_says),
    ("ablate", "--input-size", "224, or 128 for the embedded network", ablate::the_size_is_that_of_the_network),
    (
        "ablate",
        "--images",
        "the embedded images for the embedded network",
        ablate::what_is_not_given_is_what_the_help_says,
    ),
    ("ablate", "--random-sets", "10", ablate::what_is_not_given_is_what_the_help_says),
    ("ablate", "--zooms", "1.1,1.2,1.3,1.4,1.5", ablate::what_is_not_given_is_what_the_help_says),
    ("ablate", "--by", "mean", ablate::what_is_not_given_is_what_the_help_says),
    ("ablate", "--threads", "all cores", threads::none_named_is_one_for_each_core),
    ("ablate", "--out", "out/ablation", ablate::what_is_not_given_is_what_the_help_says),
    ("activations", "--weights", "the embedded network", activations::what_is_not_given_is_what_the_help_says),
    (
        "activations",
        "--input-size",
        "224, or 128 for the embedded network",
        activations::the_size_is_that_of_the_network,
    ),
    ("activations", "--convolutions", "direct", activations::what_is_not_given_is_what_the_help_says),
    ("activations", "--threads", "all cores", threads::none_named_is_one_for_each_core),
    ("visualize", "--weights", "the embedded network", visualize::what_is_not_given_is_what_the_help_says),
    ("visualize", "--input-size", "224, or 128 for the embedded network", visualize::the_size_is_that_of_the_network),
    ("visualize", "--objective", "neuron", visualize::what_is_not_given_is_what_the_help_says),
    ("visualize", "--preset", "quick", visualize::the_preset_is_the_steps_where_none_are_named),
    ("visualize", "--seed", "0", visualize::what_is_not_given_is_what_the_help_says),
    ("audit", "--channels", "4", audit::so_many_channels_of_each_block_are_given_budgets),
    ("audit", "--out", "out/audit", audit::what_is_not_given_is_what_the_help_says),
    ("audit", "--weights", "the embedded network", audit::what_is_not_given_is_what_the_help_says),
    (
        "explain",
        "--run",
        "where reproduce leaves one of these weights, such as out/resnet18-16/quick-seed0",
        explain::the_run_is_the_one_that_is_named,
    ),
    ("verify", "--sample", "3", verify::so_many_pictures_are_made_again),
    ("verify", "--threads", "all cores", threads::none_named_is_one_for_each_core),
    ("faults", "<NAME>", "all of tests/faults/faults.toml", faults::those_that_are_named_are_tried_or_all),
    ("laws", "<OPERATION>", "all", laws::those_operations_are_tried_or_all),
    ("laws", "--law", "all of an operation", laws::those_laws_are_tried_or_all),
    ("laws", "--cases", "100", laws::so_many_cases_are_tried),
    ("laws", "--seed", "0", laws::another_seed_means_other_cases),
    (
        "laws",
        "--isa",
        "the fastest, whose bits are compared with those of the others",
        laws::those_instruction_sets_are_tried_or_the_fastest,
    ),
];

#[test]
fn every_default_of_a_help_text_is_in_the_table() {
    for (command, flag, default, _) in DEFAULTS {
        let said = declared::default_of(command, flag);
        assert_eq!(said.as_deref(), Some(default), "{command} {flag}");
    }
    let mut held: BTreeSet<(String, String)> =
        DEFAULTS.iter().map(|(command, flag, ..)| ((*command).to_owned(), (*flag).to_owned())).collect();
    // Passed on to another program, which has the same words: `cargo.rs`. Or told by what is read: `audit.rs`.
    for (command, flag) in [
        ("bench", "<SUBJECTS>"),
        ("bench", "--weights"),
        ("bench", "--images"),
        ("bench", "--threads"),
        ("audit", "--input-size"),
        ("audit", "--images"),
        ("audit", "--run"),
        ("audit", "--threads"),
    ] {
        held.insert((command.to_owned(), flag.to_owned()));
    }
    for (command, _) in TESTED {
        for flag in declared::flags(command) {
            if declared::default_of(command, &flag).is_some() {
                let named = (command.to_owned(), flag.clone());
                assert!(held.contains(&named), "{command} {flag}: a default untested");
            }
        }
    }
}
