use super::*;
use crate::pictures::workshop::IfMissing;
use crate::store::Store;
use crate::testing::{Events, load};
use featviz::Recipe;
use resnet::Isa;
use std::num::NonZero;

/// What `of` makes of channels of a block, at one step of 32 pixels, from a seed.
fn with_run<R>((block, channels): (&str, &[usize]), seed: u64, of: impl FnOnce(&Attempts<'_>, &[Study]) -> R) -> R {
    let (folder, loaded) = (tempfile::tempdir().unwrap(), load(32));
    let recipe = Recipe::new(32, 1);
    let store = Store::open(folder.path()).unwrap();
    let workshop = Workshop {
        network: &loaded.network,
        weights: &loaded.digest,
        recipe: &recipe,
        store: &store,
        isa: Isa::best(),
        threads: NonZero::new(2).unwrap(),
        if_missing: IfMissing::Make,
    };
    let studies = [Study { block: block.parse().unwrap(), channels: channels.to_vec() }];
    let events = Events::default();
    let run = Attempts { loaded: &loaded, workshop: &workshop, seed, variant: None, called: "", observer: &events };
    of(&run, &studies)
}

/// What came of measuring until sound.
struct MadeSound {
    /// Channels, how often each was made again, and whether it succeeded.
    channels: Vec<(usize, u64, bool)>,
    /// The units that were made again.
    retried: Vec<Unit>,
    notices: Vec<String>,
}

fn measured(of: (&str, &[usize]), seed: u64) -> MadeSound {
    with_run(of, seed, |run, studies| {
        let events = Events::default();
        let run = Attempts { observer: &events, ..*run };
        let first = run.first_attempts(studies);
        let units: Vec<Unit> = first.iter().flat_map(|a| a.units(run.loaded.architecture(), run.seed, None)).collect();
        run.workshop.make("", &units, &crate::Silent).unwrap();
        let channels = run.measure_until_sound(studies).unwrap();
        let channels = channels.iter();
        let channels = channels.map(|c| (c.channel, c.retries, c.is_sound()));
        let retried = events.all().into_iter().filter_map(|event| match event {
            Event::Retried(unit) => Some(unit),
            _ => None,
        });
        MadeSound { channels: channels.collect(), retried: retried.collect(), notices: events.notices() }
    })
}

fn made_again(block: &str, channel: usize, seed: u64) -> [Unit; 2] {
    let block: Block = block.parse().unwrap();
    let loaded = crate::testing::load(32);
    [Role::Input, Role::Block].map(|role| Unit {
        site: loaded.architecture().optimised_site(block, role),
        objective: Objective::Neuron,
        channel,
        seed,
    })
}

#[test]
fn a_channel_that_fails_is_made_again_at_most_four_times_and_the_others_are_not() {
    assert_eq!(MAX_RETRIES, 4);
    let MadeSound { channels, retried, notices } = measured(("3.0", &[0, 54, 3]), 0);
    assert_eq!(channels, [(0, 0, true), (54, 4, false), (3, 0, true)]);
    let expected: Vec<Unit> = (1..=4).flat_map(|s| made_again("3.0", 54, s)).collect();
    assert_eq!(retried, expected);
    assert_eq!(
        notices,
        ["block 3.0, channel 54: not measured: none of 5 attempts made the Output positive on the Input or Block \
             picture, so it has no mix ratio and counts in no figure"]
    );
}

#[test]
fn each_channel_is_made_again_as_often_as_it_needs() {
    let MadeSound { channels, retried, notices } = measured(("2.0", &[1, 7]), 0);
    assert!(channels.iter().all(|(.., sound)| *sound), "{channels:?}");
    let retries: Vec<u64> = channels.iter().map(|(_, retries, _)| *retries).collect();
    assert_eq!(retries, [1, 2]);
    let mut expected = Vec::new();
    for seed in 1..=2 {
        for (channel, retries, _) in &channels {
            if *retries >= seed {
                expected.extend(made_again("2.0", *channel, seed));
            }
        }
    }
    assert_eq!(retried, expected);
    assert!(notices.is_empty());
}

#[test]
fn a_retry_takes_a_new_seed_for_input_and_block_and_keeps_the_output() {
    with_run(("1.1", &[2]), u64::MAX - 1, |run, studies| {
        let [first] = run.first_attempts(studies)[..] else { panic!("one channel") };
        let seeds = |retries| {
            let attempt = Attempt { retries, ..first };
            attempt.units(run.loaded.architecture(), run.seed, None).map(|unit| unit.seed)
        };
        assert_eq!(seeds(0), [u64::MAX - 1; 3]);
        assert_eq!(seeds(1), [u64::MAX, u64::MAX, u64::MAX - 1]);
        assert_eq!(seeds(3), [1, 1, u64::MAX - 1]);
        let sites = first.units(run.loaded.architecture(), run.seed, None).map(|unit| unit.site.to_string());
        assert_eq!(sites, ["layer1.0.pre", "layer1.1.bn2", "layer1.1.pre"]);
    });
}

#[test]
fn a_reader_is_kept_as_long_as_its_block_is_asked_for() {
    let [a, b]: [Block; 2] = ["1.1", "2.0"].map(|block| block.parse().unwrap());
    let mut at_hand = None;
    let mut made = Vec::new();
    for (block, number) in [(a, 0), (a, 1), (b, 2), (b, 3), (a, 4)] {
        let reader = reader_of(&mut at_hand, block, || {
            made.push(number);
            Ok((block, number))
        });
        assert_eq!(reader.unwrap().0, block);
    }
    assert_eq!(made, [0, 2, 4]);
    let failed = reader_of(&mut at_hand, b, || Err(RunError::NoFolder { path: "x".into() }));
    assert!(failed.is_err());
    // What could not be made is not at hand.
    assert!(at_hand.is_none());
}
