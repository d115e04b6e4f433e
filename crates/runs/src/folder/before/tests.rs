use super::*;
use crate::progress::Silent;
use crate::testing::load;
use std::path::PathBuf;

fn study(block: &str, channels: &[usize]) -> Study {
    Study { block: block.parse().unwrap(), channels: channels.to_vec() }
}

/// A manifest of the embedded network at 32 pixels, three steps, seed 7, and no images.
fn manifest_of(loaded: &Loaded) -> Manifest {
    let mut manifest = crate::testing::manifest();
    manifest.network.weights = "there/resnet18-16.npz".to_owned();
    manifest.network.weights_digest.clone_from(&loaded.digest);
    manifest.network.input_size = 32;
    manifest.recipe = serde_json::to_value(Recipe::new(32, 3)).unwrap();
    manifest
}

#[test]
fn whatever_differs_but_blocks_and_channels_is_named_with_both_values() {
    let loaded = load(32);
    let before = manifest_of(&loaded);
    let recipe = Recipe::new(32, 3);
    let (seven, eight) = (Seeds::one(7), Seeds::one(8));
    let command = |recipe, seed, images| {
        let seeds = if seed == 7 { &seven } else { &eight };
        Command { loaded: &loaded, recipe, seeds, images, threads: NonZero::<usize>::MIN }
    };
    let said = |command: &Command<'_>, before: &Manifest| {
        let refused = command.require_same(before, Path::new("out"), &Silent);
        refused.err().map(|error| error.to_string())
    };
    assert_eq!(said(&command(&recipe, 7, None), &before), None);
    let expected = |differences: &str| {
        Some(format!(
            "out: it holds the run of another command ({differences}): expected one that adds blocks, channels, seeds or variants to it; \
             name another --out, or delete the files of that run with --replace"
        ))
    };
    assert_eq!(said(&command(&recipe, 8, None), &before), expected("seed 7 there, 8 here"));
    // More seeds are more of the same run, others are another one.
    let of = |seeds: &Seeds, before: &Manifest| said(&Command { seeds, ..command(&recipe, 7, None) }, before);
    let mut many = before.clone();
    many.seeds = vec![7, 9];
    assert_eq!(of(&Seeds::of([9, 11]).unwrap(), &many), None);
    assert_eq!(of(&Seeds::of([8, 10]).unwrap(), &many), expected("seeds 7,9 there, 8,10 here"));
    assert_eq!(of(&eight, &many), expected("seeds 7,9 there, 8 here"));
    let longer = Recipe::new(32, 4);
    assert_eq!(said(&command(&longer, 8, None), &before), expected("seed 7 there, 8 here, steps 3 there, 4 here"));
    let mut other = before.clone();
    other.network.weights_digest = "d".to_owned();
    other.network.weights = "there/other.npz".to_owned();
    assert_eq!(said(&command(&recipe, 7, None), &other), expected("weights other.npz there, resnet18-16.npz here"));
    other.network.weights = loaded.source.path.display().to_string();
    let path = &other.network.weights;
    assert_eq!(
        said(&command(&recipe, 7, None), &other),
        expected(&format!("weights {path} as it was there, {path} as it is now here"))
    );
    other = before.clone();
    other.numerics_version += 1;
    let (there, here) = (NUMERICS_VERSION + 1, NUMERICS_VERSION);
    assert_eq!(
        said(&command(&recipe, 7, None), &other),
        expected(&format!("numerics version {there} there, {here} here"))
    );
    let images = PathBuf::from("photographs");
    let none = Listing::of(&[]).unwrap();
    let with = command(&recipe, 7, Some((&images, &none)));
    assert_eq!(said(&with, &before), expected("photographs none there, photographs here"));
    let fields: Vec<String> = before.recipe.as_object().unwrap().keys().cloned().collect();
    for name in fields.iter().filter(|name| *name != "size") {
        let mut other = before.clone();
        other.recipe[name] = serde_json::json!("another");
        let said = said(&command(&recipe, 7, None), &other).unwrap();
        assert!(said.contains(&format!("({} \"another\" there, ", name.replace('_', " "))), "{said}");
    }
}

#[test]
fn photographs_are_compared_by_name_and_bytes_wherever_they_lie() {
    let loaded = load(32);
    let recipe = Recipe::new(32, 3);
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    let (mut files, mut all) = (Vec::new(), OfAll::default());
    for images in [&here, &there] {
        std::fs::create_dir(images).unwrap();
        for name in ["star_00.jpg", "star_01.jpg"] {
            std::fs::copy(root.join("fixtures/images/star").join(name), images.join(name)).unwrap();
        }
    }
    for name in ["star_00.jpg", "star_01.jpg"] {
        let digest = blake3::hash(&std::fs::read(there.join(name)).unwrap());
        all.add(digest.as_bytes());
        files.push((name.to_owned(), *digest.as_bytes()));
    }
    let mut before = manifest_of(&loaded);
    before.images = Some(ImagesRecord {
        folder: there.display().to_string(),
        read: 2,
        skipped: Vec::new(),
        flawed: Vec::new(),
        passed_over: std::collections::BTreeMap::new(),
        names_digest: String::new(),
        digest: all.finish(),
        files: files.into_iter().collect(),
        journals: std::collections::BTreeMap::new(),
    });
    let said = |images: &Path| {
        let entries = Listing::of(&[images.to_owned()]).unwrap();
        let images = Some((images, &entries));
        let seeds = &Seeds::one(7);
        let command = Command { loaded: &loaded, recipe: &recipe, seeds, images, threads: NonZero::<usize>::MIN };
        let refused = command.require_same(&before, Path::new("out"), &Silent);
        refused.err().map(|error| error.to_string())
    };
    assert_eq!((said(&there), said(&here)), (None, None));
    std::fs::rename(here.join("star_01.jpg"), here.join("star_09.jpg")).unwrap();
    let renamed = said(&here).unwrap();
    assert!(renamed.contains("(photographs there (2 read) there, here (2) here)"), "{renamed}");
    std::fs::copy(there.join("star_00.jpg"), there.join("star_01.jpg")).unwrap();
    let changed = said(&there).unwrap();
    let path = there.display();
    assert!(
        changed.contains(&format!("(photographs {path} as it was (2 read) there, {path} as it is now (2) here)")),
        "{changed}"
    );
}

#[test]
fn what_is_there_stays_and_what_is_asked_for_comes_to_it() {
    let mut before = crate::testing::manifest();
    before.channels = vec!["0..2".to_owned()];
    let there = || vec![study("1.1", &[0, 1]), study("3.1", &[0, 1])];
    let asked = |studies: &[Study], channels: &[&str]| Plan {
        studies: studies.to_vec(),
        channels: channels.iter().map(|&c| c.to_owned()).collect(),
        seeds: Seeds::one(7),
        variants: Vec::new(),
        convergence: None,
        whole_channels: false,
    };
    let union = |plan: Plan| plan.with(&before, there(), |_| 4);
    // A part of it is all of it.
    let same = asked(&there(), &["0..2"]);
    assert_eq!(union(asked(&[study("3.1", &[1])], &["1"])), same);
    assert_eq!(union(same.clone()), same);
    // More of everything is what was asked for.
    let more = asked(&[study("1.1", &[0, 1, 2]), study("2.0", &[0, 1, 2]), study("3.1", &[0, 1, 2])], &["0..3"]);
    assert_eq!(union(more.clone()), more);
    // More of one block only.
    let found = union(asked(&[study("2.0", &[3]), study("1.1", &[3])], &["3"]));
    assert_eq!(found, asked(&[study("1.1", &[0, 1, 3]), study("2.0", &[3]), study("3.1", &[0, 1])], &["0..2", "3"]));
    // Of whatever blocks and channels: more seeds come to those that are there.
    for plan in [same.clone(), more.clone(), asked(&[study("2.0", &[3])], &["3"])] {
        let seeds = union(Plan { seeds: Seeds::of([6, 9]).unwrap(), ..plan }).seeds;
        assert_eq!(seeds.all(), [6, 7, 9]);
    }
    // Variants too, in their order.
    let mut with_one = before.clone();
    with_one.variants = vec!["antialias".to_owned()];
    for plan in [same.clone(), more.clone()] {
        let plan = Plan { variants: vec![Variant::PostRelu], ..plan };
        assert_eq!(plan.clone().with(&with_one, there(), |_| 4).variants, [Variant::PostRelu, Variant::Antialias]);
        // Pictures of whole channels, where either asks for all.
        let whole = |asked, there| {
            let before = report::Manifest { whole_channels: there, ..before.clone() };
            Plan { whole_channels: asked, ..plan.clone() }.with(&before, vec![study("1.1", &[0])], |_| 4).whole_channels
        };
        assert_eq!([whole(false, false), whole(true, false), whole(false, true)], [false, true, true]);
        // And so do numbers of steps.
        let steps = |steps: &[usize]| crate::Checkpoints::of(steps.iter().copied());
        let looked_at = report::Manifest { convergence: vec![2, 8], ..before.clone() };
        let plan = Plan { convergence: steps(&[4, 8]), ..plan };
        assert_eq!(plan.clone().with(&looked_at, there(), |_| 4).convergence, steps(&[2, 4, 8]));
        assert_eq!(Plan { convergence: None, ..plan }.with(&looked_at, there(), |_| 4).convergence, steps(&[2, 8]));
    }
    // All channels of all blocks are all, however they came.
    let rest = union(asked(&[study("1.1", &[2, 3]), study("3.1", &[2, 3])], &["2..4"]));
    assert_eq!(rest, asked(&[study("1.1", &[0, 1, 2, 3]), study("3.1", &[0, 1, 2, 3])], &[]));
}

#[test]
fn a_manifest_that_cannot_be_read_is_refused_unless_it_is_to_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(manifest(folder.path(), false).unwrap(), None);
    std::fs::write(folder.path().join(layout::MANIFEST), "{").unwrap();
    let said = manifest(folder.path(), false).unwrap_err().to_string();
    assert!(said.contains("manifest.json: ") && said.contains("--replace"), "{said}");
    assert_eq!(manifest(folder.path(), true).unwrap(), None);
}
