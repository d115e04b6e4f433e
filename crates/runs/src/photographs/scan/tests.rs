use super::*;
use resnet::Colors;
use std::collections::BTreeSet;

#[test]
fn the_shorter_side_is_that_of_imagenet_or_in_proportion() {
    assert_eq!([224, 128, 448].map(resnet::resized_side), [256, 146, 512]);
}

#[test]
fn what_the_journal_knows_is_not_computed_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let loaded = crate::Source::new(&root, None, None).load().unwrap();
    let scan = Scan {
        loaded: &loaded,
        sites: &["layer1.0".parse().unwrap()],
        view: View::Plain,
        extent: Extent::Center,
        threads: NonZero::new(2).unwrap(),
        isa: Isa::best(),
    };
    let entries = Listing::of(&[root.join("fixtures/images/star")]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let read = |entries: &Listing| {
        let mut found = Vec::new();
        let take = |_, _, read: Read| {
            found.push(read.unwrap());
            Ok(())
        };
        let (name, journal) = scan.journal_among(folder.path(), entries).unwrap();
        let Kept { held, known, flawed } = scan.read_once(entries, journal, &crate::Silent, take).unwrap();
        assert!(flawed.is_empty());
        assert_eq!(held, entries.len());
        for (entry, values) in entries.iter().zip(&found) {
            let image = blake3::hash(&fs::read(entry.path).unwrap());
            assert_eq!(known.get(image.as_bytes()).unwrap().as_ref(), Some(values));
        }
        (found, fs::read(folder.path().join(name)).unwrap())
    };
    // What no network says of the third image, in a journal of others.
    let bytes = fs::read(entries.entry(2).path).unwrap();
    let other = folder.path().join(format!("{}-other", scan.key()));
    let (mut journal, _) = Journal::open(&other, 16).unwrap();
    let image = blake3::hash(&bytes);
    journal.keep(image.as_bytes(), &[-1.0; 16]).unwrap();
    let others = fs::read(&other).unwrap();
    // Of another view and as many values, of the fourth: it is none of this scan's.
    let shrunk = Scan { view: View::Shrunk, ..scan };
    let of_another = folder.path().join(format!("{}-other", shrunk.key()));
    let (mut journal, _) = Journal::open(&of_another, 16).unwrap();
    let fourth = blake3::hash(&fs::read(entries.entry(3).path).unwrap());
    journal.keep(fourth.as_bytes(), &[-1.0; 16]).unwrap();
    let (first, kept) = read(&entries);
    assert_eq!(first.len(), 10);
    assert_eq!(first[2], [-1.0; 16]);
    assert!([1, 3].iter().all(|&at| first[at].iter().all(|&v| v >= 0.0)));
    assert_eq!(read(&entries), (first.clone(), kept.clone()));
    // Fewer images have a journal of their own, which holds them all.
    let (some, of_some) = read(&entries.pick(2..5));
    assert_eq!(some[..], first[2..5]);
    assert_eq!(10 * of_some.len(), 3 * kept.len());
    assert_eq!(fs::read(&other).unwrap(), others);
}

fn load(size: usize) -> Loaded {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    crate::Source::new(&root, None, Some(size)).load().unwrap()
}

/// Every view of each kind.
fn views() -> Vec<View> {
    let views = [
        View::Plain,
        View::Enlarged,
        View::Shrunk,
        View::Cropped(40),
        View::Cropped(44),
        View::Padded(40),
        View::Padded(44),
    ];
    // A new kind does not compile here before it stands above.
    let kind = |view: &View| match view {
        View::Plain => 0,
        View::Enlarged => 1,
        View::Shrunk => 2,
        View::Cropped(_) => 3,
        View::Padded(_) => 4,
    };
    assert_eq!(views.iter().map(kind).collect::<BTreeSet<_>>(), (0..5).collect());
    views.to_vec()
}

#[test]
fn whatever_changes_the_values_of_an_image_changes_the_key() {
    let loaded = load(128);
    let sites: [Site; 3] = ["layer1.0", "layer1.1", "layer1.1.pre"].map(|site| site.parse().unwrap());
    let [a, b, c] = sites;
    let scan = Scan {
        loaded: &loaded,
        sites: &[a, b],
        view: View::Plain,
        extent: Extent::Center,
        threads: NonZero::<usize>::MIN,
        isa: Isa::best(),
    };
    // A new field does not compile here before it is varied.
    let Scan { loaded: _, sites: _, view: _, extent, threads, isa: _ } = scan;
    let Loaded { source, tensors: _, network: _, preprocessing, digest, algorithm, notes: _ } = &loaded;
    let crate::Source { path, asked: _, shuffled: _ } = source;
    let Preprocessing { size: input_size, resize, colors: Colors { mean, std } } = *preprocessing;
    let mut keys = vec![scan.key()];
    let of_all = loaded.architecture().all_sites();
    let (reversed, three) = ([b, a], [a, b, c]);
    let lists = of_all.chunks(1).chain([&reversed[..], &three, &[]]);
    keys.extend(lists.map(|sites| Scan { sites, ..scan }.key()));
    let views = views().into_iter().filter(|view| *view != View::Plain);
    keys.extend(views.map(|view| Scan { view, ..scan }.key()));
    let extent = match extent {
        Extent::Center => Extent::Whole,
        Extent::Whole => Extent::Center,
    };
    keys.push(Scan { extent, ..scan }.key());
    let algorithm = match algorithm {
        Algorithm::Direct => Algorithm::Winograd,
        Algorithm::Winograd => Algorithm::Direct,
    };
    let mut others = vec![load(input_size + 4), load(128).computed(algorithm).unwrap()];
    let asked = crate::Asked::from(*preprocessing);
    for asked in [
        crate::Asked { resize: Some(resize + 1), ..asked },
        crate::Asked { mean: Some([mean[0] + 0.5, mean[1], mean[2]]), ..asked },
        crate::Asked { std: Some([std[0], std[1], std[2] + 0.5]), ..asked },
    ] {
        others.push(crate::Source { asked, ..source.clone() }.load().unwrap());
    }
    for at in [0, digest.len() - 1] {
        let mut other = load(128);
        other.digest.replace_range(at..=at, "x");
        others.push(other);
    }
    for loaded in &others {
        keys.push(Scan { loaded, ..scan }.key());
        // Whole maps by Winograd's algorithm are neither.
        keys.push(Scan { loaded, extent, ..scan }.key());
    }
    let count = keys.len();
    assert_eq!(keys.into_iter().collect::<BTreeSet<_>>().len(), count);
    // What changes no value does not.
    let mut elsewhere = load(128);
    elsewhere.source.path = path.join("elsewhere");
    let same = [
        Scan { threads: threads.saturating_add(1), ..scan },
        Scan { isa: Isa::named("portable").unwrap(), ..scan },
        Scan { loaded: &elsewhere, ..scan },
    ];
    for same in same {
        assert_eq!(same.key(), scan.key());
    }
}

/// Whoever changes a key loses what was read of images under it: raise `NUMERICS_VERSION` where a bit of what is read
/// changes, and nothing else here.
#[test]
fn keys_of_this_numerics_version_are_these() {
    let mut loaded = load(128);
    loaded.digest = "0f".repeat(32);
    let mut winograd = load(64).computed(Algorithm::Winograd).unwrap();
    winograd.digest = "w".to_owned();
    let sites: [Site; 2] = ["layer1.0", "layer1.1.bn2"].map(|site| site.parse().unwrap());
    let scan = Scan {
        loaded: &loaded,
        sites: &sites,
        view: View::Plain,
        extent: Extent::Center,
        threads: NonZero::<usize>::MIN,
        isa: Isa::best(),
    };
    let other = Scan { loaded: &winograd, view: View::Cropped(48), extent: Extent::Whole, ..scan };
    let found = [scan, other].map(|scan| (NUMERICS_VERSION, scan.key()));
    let pinned = [
        "566a2a8eca3c1ee92b8df89b63a6113bd7f8c787bd7f9f7503331491b6daff4b",
        "f8da6e6f8d8028c8c30706ae1e0583d410048dcafce006472f58be51f7924be7",
    ]
    .map(|key| (2, key.to_owned()));
    assert_eq!(found, pinned);
}

#[test]
fn names_sizes_and_order_of_image_files_change_the_name_of_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let entry = |file: &str, name: &str, bytes: usize| {
        let path = folder.path().join(file);
        fs::write(&path, vec![7; bytes]).unwrap();
        Entry { path, name: name.to_owned() }
    };
    let [a, b, c] = [("1", "a", 3), ("2", "b", 4), ("3", "c", 3)].map(|(file, name, bytes)| entry(file, name, bytes));
    let longer = entry("4", "a", 5);
    let same = entry("elsewhere", "a", 3);
    let listing = |entries: &[Entry]| super::listing(entries.iter().cloned());
    let base = listing(&[a.clone(), b.clone()]);
    let others = [
        listing(&[]),
        listing(std::slice::from_ref(&a)),
        listing(std::slice::from_ref(&b)),
        listing(&[b.clone(), a.clone()]),
        listing(&[a.clone(), b.clone(), c.clone()]),
        listing(&[a.clone(), c.clone()]),
        listing(&[longer, b.clone()]),
    ];
    let all: BTreeSet<&String> = others.iter().chain([&base]).collect();
    assert_eq!(all.len(), others.len() + 1);
    // By their names, not by where they are.
    assert_eq!(listing(&[same, b.clone()]), base);
    assert_eq!(base[..16], *"9bf58fb101d9ed35");

    let (loaded, journals) = (load(32), folder.path().join("scans"));
    let scan = Scan {
        loaded: &loaded,
        sites: &["maxpool".parse().unwrap()],
        view: View::Plain,
        extent: Extent::Center,
        threads: NonZero::<usize>::MIN,
        isa: Isa::best(),
    };
    let files = Listing::of(&[a.path, b.path]).unwrap();
    let (name, (journal, known)) = scan.journal_among(&journals, &files).unwrap();
    let named = super::listing(files.iter());
    assert_eq!(name, format!("{}-{}", scan.key(), &named[..16]));
    assert_eq!(journal.path(), journals.join(&name));
    assert!(known.is_empty());
}

#[test]
fn of_whole_maps_every_value_is_kept_channel_by_channel() {
    let loaded = load(32);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let entries = &Listing::of(&[root.join("fixtures/images/star")]).unwrap().pick([0]);
    let folder = tempfile::tempdir().unwrap();
    let read = |extent| {
        let scan = Scan {
            loaded: &loaded,
            sites: &["layer1.1", "layer2.0"].map(|site| site.parse().unwrap()),
            view: View::Plain,
            extent,
            threads: NonZero::<usize>::MIN,
            isa: Isa::best(),
        };
        let journal = scan.journal(&folder.path().join(scan.key())).unwrap();
        let mut found = Vec::new();
        scan.read_once(entries, journal, &crate::Silent, |_, _, read| {
            found = read.unwrap();
            Ok(())
        })
        .unwrap();
        found
    };
    let (whole, center) = (read(Extent::Whole), read(Extent::Center));
    // 16 channels of 8 x 8 positions, then 32 of 4 x 4.
    assert_eq!((whole.len(), center.len()), (16 * 64 + 32 * 16, 16 + 32));
    for channel in 0..16 {
        assert_eq!(whole[channel * 64 + 4 * 8 + 4], center[channel]);
    }
    for channel in 0..32 {
        assert_eq!(whole[16 * 64 + channel * 16 + 2 * 4 + 2], center[16 + channel]);
    }
}

#[test]
fn files_and_folders_are_read_in_the_order_they_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.jpg", "a.jpg", "c.txt"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let star = folder.path().join("c.txt");
    let names = |paths: &[PathBuf]| -> Vec<String> {
        let entries = Listing::of(paths).unwrap();
        assert_eq!(entries.passed_over().to_string(), "1 file passed over: 1 .txt");
        entries.iter().map(|entry| entry.name).collect()
    };
    let both = [star, folder.path().to_owned()];
    assert_eq!(names(&both), ["c.txt", "a.jpg", "b.jpg"]);
    assert!(Listing::of(&[folder.path().join("missing")]).is_err());
}

#[test]
fn one_readable_image_is_enough_and_none_is_an_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jpg"), "no image").unwrap();
    fs::write(folder.path().join("b.jpg"), "none").unwrap();
    let preprocessing = load(32).preprocessing;
    let error = require_readable(folder.path(), preprocessing).unwrap_err();
    assert!(matches!(error, RunError::NoImages { found: 2, .. }), "{error}");
    let star = root.join("fixtures/images/star/star_00.jpg");
    fs::copy(star, folder.path().join("c.jpg")).unwrap();
    require_readable(folder.path(), preprocessing).unwrap();
}

#[test]
fn a_phase_says_at_which_size_images_are_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let loaded = crate::Source::new(&root, None, None).load().unwrap();
    let said: Vec<String> = [-1.0_f64, -0.5, 0.0, 0.5, 1.0]
        .map(|octaves| View::scaled(octaves.exp2(), loaded.size()).0)
        .map(|view| Scan {
            loaded: &loaded,
            sites: &[],
            view,
            extent: Extent::Center,
            threads: NonZero::<usize>::MIN,
            isa: Isa::best(),
        })
        .iter()
        .map(|scan| scan.phase().into_owned())
        .collect();
    assert_eq!(
        said,
        [
            "images shrunk to 0.50",
            "images shrunk to 0.70",
            "images",
            "images enlarged to 1.42",
            "images enlarged to 2.00"
        ]
    );
}

#[test]
fn channels_move_to_the_front() {
    let map = Array3::from_shape_vec((1, 3, 2), vec![1.0, 10.0, 2.0, 20.0, 3.0, 30.0]).unwrap();
    let moved: Vec<f32> = channels_first(map).collect();
    assert_eq!(moved, [1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
}
