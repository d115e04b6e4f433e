//! The grids of exemplars: their pictures maximise a whole channel, and their mosaics show the photographs that the
//! table names.

use super::tables::{SEED, SIZE, STEPS, finished};
use super::*;
use images::pillow::resize_bilinear;
use images::{decode, decode_bytes, preprocess};
use report::{ExemplarRow, ExtremeRow, Manifest, layout, read_table};

/// The sites at which the pictures of roles are optimised.
const SITES: [(&str, &str, &str); 6] = [
    ("1.1", "input", "layer1.0.pre"),
    ("1.1", "block", "layer1.1.bn2"),
    ("1.1", "output", "layer1.1.pre"),
    ("2.0", "input", "layer2.0.downsample.1"),
    ("2.0", "block", "layer2.0.bn2"),
    ("2.0", "output", "layer2.0.pre"),
];
/// The exemplar whose grids are made again.
const CHANNEL: usize = 4;

#[test]
fn whole_channel_pictures_of_exemplars_are_those_that_visualize_makes_of_the_mean() {
    let run = finished();
    let manifest = Manifest::read(run.path()).unwrap();
    let exemplars: Vec<ExemplarRow> = read_table(&run.path().join(layout::EXEMPLARS)).unwrap();
    for (block, role, site) in SITES {
        let of_block = exemplars.iter().filter(|e| e.block == block);
        // Six are shown because they were named, and three of the block for their scale metric.
        assert_eq!(of_block.clone().count(), 9);
        for exemplar in of_block {
            let name = layout::channel_feature(block, role, exemplar.channel);
            let record = &manifest.pictures[name.to_str().unwrap()];
            let (objective, seed) = (record.objective.as_str(), record.seed.to_string());
            assert_eq!(
                (record.site.as_str(), record.channel, objective, &*seed),
                (site, exemplar.channel, "channel", SEED)
            );
        }
    }
    let again = tempfile::tempdir().unwrap();
    for (block, role, site) in &SITES {
        let (size, to) = (SIZE.to_string(), again.path().join(role));
        let said = succeed(&mut program(&[
            "visualize",
            "--site",
            site,
            "--channel",
            &CHANNEL.to_string(),
            "--objective",
            "channel",
            "--steps",
            STEPS,
            "--seed",
            SEED,
            "--input-size",
            &size,
            "--out",
            to.to_str().unwrap(),
        ]));
        // A mean that is not positive is no failure: that of 2.0's output is one.
        assert!(said.trim_end().ends_with(&format!("seed {SEED}")), "{said}");
        let name = layout::channel_feature(block, role, CHANNEL);
        let theirs = fs::read(run.path().join(&name)).unwrap();
        assert!(fs::read(to).unwrap() == theirs, "{}", name.display());
    }
}

#[test]
fn the_tiles_of_a_mosaic_are_the_photographs_that_the_table_of_extremes_names() {
    const TILE: usize = 112;
    let run = finished();
    let extremes: Vec<ExtremeRow> = read_table(&run.path().join(layout::EXTREMES)).unwrap();
    for role in ["input", "block", "output"] {
        let mut expected = vec![0; 9 * TILE * TILE * 3];
        let top = extremes.iter().filter(|e| {
            (e.block.as_str(), e.channel) == ("1.1", CHANNEL) && (e.role.as_str(), e.end.as_str()) == (role, "top")
        });
        let mut tiles = 0;
        for extreme in top {
            let photograph = decode(root().join("fixtures/images").join(&extreme.image)).unwrap();
            // In proportion as 256 and 224 are.
            let seen = preprocess(&photograph, 73, SIZE).unwrap();
            let tile = resize_bilinear(&seen, TILE, TILE).unwrap();
            let (down, right) = ((extreme.rank - 1) / 3, (extreme.rank - 1) % 3);
            for y in 0..TILE {
                let at = ((down * TILE + y) * 3 + right) * TILE * 3;
                expected[at..at + TILE * 3].copy_from_slice(tile.row(y));
            }
            tiles += 1;
        }
        assert_eq!(tiles, 9);
        let path = run.path().join(layout::top_images("1.1", role, CHANNEL));
        let mosaic = decode_bytes(&fs::read(&path).unwrap(), &path).unwrap();
        assert_eq!((mosaic.width(), mosaic.height()), (3 * TILE, 3 * TILE));
        assert!(mosaic.pixels() == expected, "{}", path.display());
    }
}
