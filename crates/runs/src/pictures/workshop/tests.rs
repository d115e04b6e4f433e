use super::*;
use crate::testing::Events;
use std::path::Path;
use std::sync::Mutex;

/// The pieces of a phase, those already done, and those done since.
#[derive(Default)]
struct Count(Mutex<[usize; 3]>);

impl Observer for Count {
    fn event(&self, event: Event) {
        let mut counts = self.0.lock().unwrap();
        match event {
            Event::Phase { total, done, .. } => *counts = [total, done, 0],
            Event::Advanced => counts[2] += 1,
            _ => {}
        }
    }
}

#[test]
fn a_unit_asked_for_twice_is_made_once_and_never_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let loaded = crate::Source::new(&root, None, Some(32)).load().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let workshop = Workshop {
        network: &loaded.network,
        weights: &loaded.digest,
        recipe: &Recipe::new(32, 1),
        store: &Store::open(folder.path()).unwrap(),
        isa: Isa::best(),
        threads: NonZero::new(2).unwrap(),
        if_missing: IfMissing::Make,
    };
    let unit = |channel| Unit { site: "maxpool".parse().unwrap(), objective: Objective::Neuron, channel, seed: 0 };
    let units = [unit(1), unit(0), unit(1)];
    let made = || {
        let count = Count::default();
        workshop.make("pictures", &units, &count).unwrap();
        count.0.into_inner().unwrap()
    };
    assert_eq!(made(), [2, 0, 2]);
    assert_eq!(made(), [2, 2, 0]);
}

/// A workshop of a store, for pictures of 32 pixels at one step.
fn with_workshop<R>(folder: &Path, work: impl FnOnce(&mut Workshop<'_>) -> R) -> R {
    let loaded = crate::testing::load(32);
    work(&mut Workshop {
        network: &loaded.network,
        weights: &loaded.digest,
        recipe: &Recipe::new(32, 1),
        store: &Store::open(folder).unwrap(),
        isa: Isa::best(),
        threads: NonZero::new(2).unwrap(),
        if_missing: IfMissing::Make,
    })
}

fn unit(site: &str, objective: Objective, channel: usize, seed: u64) -> Unit {
    Unit { site: site.parse().unwrap(), objective, channel, seed }
}

#[test]
fn where_nothing_is_to_be_made_the_first_missing_picture_is_an_error_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    with_workshop(folder.path(), |workshop| {
        let units = [0, 1, 2].map(|c| unit("maxpool", Objective::Neuron, c, 0));
        workshop.make("", &units[..1], &crate::Silent).unwrap();
        workshop.if_missing = IfMissing::Refuse;
        workshop.make("", &units[..1], &crate::Silent).unwrap();
        let events = Events::default();
        let error = workshop.make("", &units, &events).unwrap_err();
        let said = error.to_string();
        assert!(said.contains("maxpool:1 (neuron, seed 0)"), "{said}");
        assert!(said.contains(workshop.address(&units[1]).hex()), "{said}");
        assert!(events.all().is_empty());
        let stored = units.map(|u| workshop.store.holds(&workshop.address(&u)));
        assert_eq!(stored, [true, false, false]);
    });
}

#[test]
fn a_picture_is_the_same_whatever_was_made_before_it_and_by_how_many() {
    let units = [
        unit("maxpool", Objective::Neuron, 2, 0),
        unit("maxpool", Objective::Channel, 2, 0),
        unit("layer1.0.bn2", Objective::Neuron, 2, 0),
        unit("layer1.0.bn2", Objective::Neuron, 2, 1),
        unit("layer1.0.bn2", Objective::Neuron, 3, 0),
    ];
    let made = |threads, units: &[Unit]| -> Vec<Entry> {
        let folder = tempfile::tempdir().unwrap();
        with_workshop(folder.path(), |workshop| {
            workshop.threads = NonZero::new(threads).unwrap();
            workshop.make("", units, &crate::Silent).unwrap();
            let entry = |unit| workshop.entry(unit).unwrap();
            units.iter().map(entry).collect()
        })
    };
    let alone: Vec<Entry> = units.iter().flat_map(|&u| made(1, &[u])).collect();
    assert_eq!(made(1, &units), alone);
    assert_eq!(made(3, &units), alone);
    for (at, one) in alone.iter().enumerate() {
        assert!(alone[..at].iter().all(|other| other != one), "{at}");
        assert_eq!(one.trajectory.len(), 1);
    }
}

#[test]
fn entries_of_an_earlier_version_are_counted_and_made_again() {
    let folder = tempfile::tempdir().unwrap();
    with_workshop(folder.path(), |workshop| {
        let units = [0, 1, 2].map(|c| unit("maxpool", Objective::Neuron, c, 0));
        for unit in &units[..2] {
            let path = workshop.store.path(&workshop.address(unit));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{\"format\":\"streamscope picture 1\"").unwrap();
        }
        let events = Events::default();
        workshop.make("pictures", &units, &events).unwrap();
        assert_eq!(
            events.notices(),
            [
                "pictures: 2 are kept by an earlier version of this program, which did not note what each is of: they are made again"
            ]
        );
        // Each picture is told of when it is in the store, and counted after that.
        let mut all = events.all();
        let mut made: Vec<Unit> = Vec::new();
        all.retain(|event| match event {
            Event::Made { unit, seconds } => {
                assert!(*seconds > 0.0);
                made.push(*unit);
                false
            }
            Event::Pictures { all, there } => {
                assert!(all[..] == units && there.is_empty());
                false
            }
            _ => true,
        });
        made.sort_unstable();
        assert_eq!(made, units);
        let phase = Event::Phase { name: "pictures".into(), total: 3, done: 0 };
        assert_eq!(all[1], phase);
        assert_eq!(all[2..], [Event::Advanced, Event::Advanced, Event::Advanced, Event::PhaseEnded]);
        let events = Events::default();
        workshop.make("pictures", &units, &events).unwrap();
        assert!(events.notices().is_empty());
    });
}

#[test]
fn an_error_of_one_picture_is_the_error_of_all() {
    let folder = tempfile::tempdir().unwrap();
    with_workshop(folder.path(), |workshop| {
        let units = [unit("maxpool", Objective::Neuron, 0, 0)];
        let path = workshop.store.path(&workshop.address(&units[0]));
        std::fs::write(path.parent().unwrap(), "a file").unwrap();
        let error = workshop.make("", &units, &crate::Silent).unwrap_err();
        assert!(matches!(error, RunError::Store(_)), "{error}");
    });
}
