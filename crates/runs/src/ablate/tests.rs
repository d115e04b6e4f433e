use super::measure::{Right, cut, place, zoomed};
use super::*;
use crate::progress::Silent;
use std::fs;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn options(out: &Path, channels: &str) -> Ablate {
    Ablate {
        source: Source::new(&root(), None, Some(64)),
        images: root().join("fixtures/images"),
        labels: None,
        block: "2.1".parse().unwrap(),
        channels: AblatedChannels::Listed(channels.split(',').map(|c| c.parse().unwrap()).collect()),
        random_sets: 2,
        zooms: vec![1.0, 1.5],
        by: AblateBy::Mean,
        threads: NonZero::new(2).unwrap(),
        isa: Isa::best(),
        out: out.to_owned(),
    }
}

#[test]
fn a_class_has_as_many_before_it_as_have_higher_scores_or_equal_ones_and_smaller_numbers() {
    let scores = [0.5, 2.0, 2.0, -1.0, f32::NAN];
    assert_eq!([0, 1, 2, 3].map(|class| place(&scores, class)), [2, 0, 1, 3]);
    assert_eq!((place(&scores, 4), place(&scores, 9)), (5, 5));
}

#[test]
fn a_class_is_the_first_if_none_comes_before_it_and_among_five_if_no_more_than_four_do() {
    let places = [0, 1, 4, 5, 9, 0].map(|place| place as f32);
    let counted = places.iter().fold(Right::default(), |right, &place| right.and(place));
    assert_eq!(counted, Right { top1: 2, top5: 4 });
}

#[test]
fn what_is_cut_is_truncated_as_python_does() {
    // int(224 * (2 - s)): 224 * 0.7 is a little less than 156.8, and 32 * 0.8 is 25.6.
    let sides = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5].map(|zoom| (cut(zoom, 224), cut(zoom, 32)));
    assert_eq!(sides, [(224, 32), (201, 28), (179, 25), (156, 22), (134, 19), (112, 16)]);
}

#[test]
fn an_image_that_is_not_enlarged_is_what_evaluation_shows() {
    let path = root().join("fixtures/images/star/star_00.jpg");
    let colors = resnet::Colors::IMAGENET;
    // With ImageNet's margin, and as networks for CIFAR see images.
    for (size, resize) in [(112, 128), (32, 32)] {
        let of = resnet::Preprocessing { size, resize, colors };
        let plain = zoomed((&fs::read(&path).unwrap(), &path), 1.0, of).unwrap();
        assert_eq!(plain, images::preprocess(&images::decode(&path).unwrap(), resize, size).unwrap());
    }
}

#[test]
fn every_set_is_measured_on_all_images_and_written_with_its_channels() {
    let folder = tempfile::tempdir().unwrap();
    let found = ablate(&options(folder.path(), "3,5..9"), &Silent).unwrap();
    let rows: Vec<AblationRow> = report::read_table(&folder.path().join("ablation.csv")).unwrap();
    assert_eq!(rows, found.rows);
    let at = |set: &str, zoom: f64| rows.iter().find(|row| row.set == set && row.zoom == zoom).unwrap();
    assert!(rows.iter().all(|row| row.images == 200 && row.top1 <= row.top5 && row.top5 <= 200));
    let (intact, studied) = (at("intact", 1.0), at("studied", 1.0));
    assert_eq!((&*intact.channels, &*studied.channels), ("", "3 5 6 7 8"));
    assert!(studied.top1 < intact.top1, "{studied:?}");
    for row in rows.iter().filter(|row| row.set.starts_with("random-")) {
        let channels: Vec<usize> = row.channels.split(' ').map(|c| c.parse().unwrap()).collect();
        assert!(channels.len() == 5 && channels.iter().all(|c| ![3, 5, 6, 7, 8].contains(c)), "{channels:?}");
        assert!(at(&row.set, 1.0).top1 <= studied.top1 + 2, "{row:?}");
    }
    let sets = rows.iter().filter(|row| row.zoom == 1.5).count();
    assert_eq!(sets * 2, rows.len());
    assert_eq!(found.curve.len(), 2);
    assert!(folder.path().join("ablation.json").exists() && folder.path().join("ablation.svg").exists());
}

#[test]
fn what_cannot_be_measured_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let said = |options: Ablate| ablate(&options, &Silent).unwrap_err().to_string();
    let star = Ablate { images: root().join("fixtures/images/star"), ..options(folder.path(), "0") };
    assert!(said(star).contains("each of the network's 20 classes, found 0; --labels FILE"));
    let beyond = options(folder.path(), "32");
    assert!(said(beyond).contains("--channels 32: expected channels from 0 to 31 at block 2.1"));
    assert!(!folder.path().join("ablation.csv").exists());
}
