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
mod figures;
mod files;
mod inspect;
mod interrupted;
mod laws;
mod limits;
mod lines;
mod messages;
mod report;
mod reproduce;
mod shards;
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
const TESTED: [(&str, &[Tested]); 19] = [
    ("reproduce", reproduce::FLAGS),
    ("ablate", ablate::FLAGS),
    ("activations", activations::FLAGS),
    ("visualize", visualize::FLAGS),
    ("inspect", inspect::FLAGS),
    ("bench", cargo::FLAGS),
    ("audit", audit::FLAGS),
    ("explain", explain::FLAGS),
    ("figures", figures::FLAGS),
    ("report", report::FLAGS),
    ("verify", verify::FLAGS),
    ("slurm", shards::SLURM),
    ("status", shards::STATUS),
    ("merge", shards::MERGE),
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

const SIZE: &str = "224, 32 for a network for CIFAR, or 128 for the embedded network";
const MEAN: &str = "what a configuration beside the weights says, else 0.485,0.456,0.406";
const STD: &str = "what a configuration beside the weights says, else 0.229,0.224,0.225";
const RESIZE: &str = "what a configuration beside the weights says, else 256 parts of 224 of the input size, or the input size for a network for CIFAR";

const DEFAULTS: [Default; 58] = [
    ("reproduce", "--weights", "the embedded network", reproduce::what_is_not_given_is_what_the_help_says),
    ("reproduce", "--input-size", SIZE, reproduce::the_size_is_that_of_the_network),
    ("reproduce", "--mean", MEAN, reproduce::the_mean_is_the_one_that_is_named),
    ("reproduce", "--std", STD, reproduce::the_deviation_is_the_one_that_is_named),
    ("reproduce", "--resize", RESIZE, reproduce::photographs_are_resized_as_is_said),
    ("activations", "--mean", MEAN, activations::the_mean_is_the_one_that_is_named),
    ("activations", "--std", STD, activations::the_deviation_is_the_one_that_is_named),
    ("activations", "--resize", RESIZE, activations::photographs_are_resized_as_is_said),
    ("visualize", "--mean", MEAN, visualize::the_mean_is_the_one_that_is_named),
    ("visualize", "--std", STD, visualize::the_deviation_is_the_one_that_is_named),
    ("audit", "--mean", MEAN, audit::a_mean_that_is_not_the_runs_is_refused),
    ("audit", "--std", STD, audit::a_deviation_that_is_not_the_runs_is_refused),
    (
        "reproduce",
        "--images",
        "the embedded images for the embedded network, else none",
        reproduce::what_is_not_given_is_what_the_help_says,
    ),
    ("reproduce", "--blocks", "all that the weights allow but 1.0", reproduce::blocks_are_those_named_or_all_seven),
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
    ("ablate", "--input-size", SIZE, ablate::the_size_is_that_of_the_network),
    ("ablate", "--mean", MEAN, ablate::the_mean_is_the_one_that_is_named),
    ("ablate", "--std", STD, ablate::the_deviation_is_the_one_that_is_named),
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
    ("activations", "--input-size", SIZE, activations::the_size_is_that_of_the_network),
    ("activations", "--convolutions", "direct", activations::what_is_not_given_is_what_the_help_says),
    ("activations", "--threads", "all cores", threads::none_named_is_one_for_each_core),
    ("visualize", "--weights", "the embedded network", visualize::what_is_not_given_is_what_the_help_says),
    ("visualize", "--input-size", SIZE, visualize::the_size_is_that_of_the_network),
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
    ("slurm", "--cpus-per-task", "1", shards::each_task_has_so_many_processors),
    ("slurm", "--time", "the partition's", shards::a_task_may_take_so_long),
    ("slurm", "--partition", "the cluster's", shards::the_partition_is_the_one_that_is_named),
    ("verify", "--sample", "3", verify::so_many_pictures_are_made_again),
    ("verify", "--threads", "all cores", threads::none_named_is_one_for_each_core),
    ("figures", "--figures", "2", figures::those_figures_are_drawn),
    ("figures", "--channels", "the run's exemplars", figures::those_channels_are_shown),
    ("figures", "--format", "pdf", figures::each_format_is_what_it_is_called),
    ("figures", "--width", "3.3in", figures::a_figure_is_as_wide_as_it_is_asked_to_be),
    ("figures", "--out", "RUN/print", figures::figures_are_in_the_folder_that_is_named),
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
        ("audit", "--resize"),
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
