use super::*;

fn unit(seed: u64) -> Unit {
    Unit { site: "layer1.1".parse().unwrap(), objective: featviz::Objective::Neuron, channel: 3, seed }
}

fn entry(of: u8) -> Entry {
    Entry { png: vec![of; 9], trajectory: vec![f32::from(of); 3], floats: Vec::new() }
}

#[test]
fn attempts_are_kept_in_the_room_that_was_taken_and_found_by_their_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("p.png");
    let recipe = Recipe::new(16, 3);
    let address = |seed| Address::of(&unit(seed), &recipe, "w");
    let open = || Kept::open(&picture, &address(0), &recipe).unwrap();
    let mut kept = open();
    let path = kept.part.path().to_owned();
    assert!(matches!(Kept::open(&picture, &address(0), &recipe), Err(RunError::Busy { .. })));
    kept.reserve().unwrap();
    let room = fs::metadata(&path).unwrap().len();
    // More than any picture of this size takes, raw and as an entry.
    assert!(room > 16 * 16 * 3 + 3 * 4 + 64);
    kept.keep(&address(0), &unit(0), &entry(7)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), room);
    kept.reserve().unwrap();
    assert!(fs::metadata(&path).unwrap().len() > room);
    drop(kept);
    let mut kept = open();
    assert_eq!((kept.len(), kept.get(&address(0)), kept.get(&address(1))), (1, Some(entry(7)), None));
    kept.reserve().unwrap();
    kept.keep(&address(1), &unit(1), &entry(8)).unwrap();
    drop(kept);
    let kept = open();
    assert_eq!((kept.get(&address(0)), kept.get(&address(1))), (Some(entry(7)), Some(entry(8))));
    kept.end().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn where_no_attempt_was_finished_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(16, 3);
    let mut kept = Kept::open(&folder.path().join("p.png"), &Address::of(&unit(0), &recipe, "w"), &recipe).unwrap();
    kept.reserve().unwrap();
    drop(kept);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_was_cut_or_changed_gives_only_what_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("p.png");
    let recipe = Recipe::new(16, 3);
    let address = |seed| Address::of(&unit(seed), &recipe, "w");
    let mut kept = Kept::open(&picture, &address(0), &recipe).unwrap();
    for (seed, of) in [(0, 7), (1, 8)] {
        kept.keep(&address(seed), &unit(seed), &entry(of)).unwrap();
    }
    let path = kept.part.path().to_owned();
    drop(kept);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        fs::write(&path, &whole[..at]).unwrap();
        let found = |seed| Kept::open(&picture, &address(seed), &recipe).unwrap().get(&address(seed));
        assert!(found(0).is_none_or(|found| found == entry(7)));
        let mut changed = whole.clone();
        changed[at] ^= 0x40;
        fs::write(&path, &changed).unwrap();
        let kept = Kept::open(&picture, &address(0), &recipe).unwrap();
        for (seed, of) in [(0, 7), (1, 8)] {
            // What people read of a unit in the first line is not held to anything.
            assert!(kept.get(&address(seed)).is_none_or(|found| found == entry(of)), "{at}");
        }
    }
}
