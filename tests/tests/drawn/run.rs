//! A small run on photographs that differ in size and shape, one of which cannot be read.

use image::{Rgb, RgbImage};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use streamscope_tests::harness::{Shared, program, root, succeed};

pub(crate) const BLOCKS: [&str; 3] = ["1.1", "2.0", "3.1"];
/// The sites that Input, Block and Output of each are read at.
pub(crate) const SITES: [[&str; 3]; 3] = [
    ["layer1.0", "layer1.1.bn2", "layer1.1.pre"],
    ["layer2.0.downsample.1", "layer2.0.bn2", "layer2.0.pre"],
    ["layer3.0", "layer3.1.bn2", "layer3.1.pre"],
];
pub(crate) const ROLES: [&str; 3] = ["input", "block", "output"];
/// Rows and columns of what the network sees.
pub(crate) const SIZE: usize = 48;

/// The folder of the run and, in it, `photographs` and `whole.npz`: the whole maps of Input and Block of every block
/// for all of them.
pub(crate) fn finished() -> &'static Path {
    static RUN: Shared = Shared::new();
    RUN.get(|out| {
        let photographs = out.join("photographs");
        write_photographs(&photographs);
        let (size, images) = (SIZE.to_string(), photographs.display().to_string());
        let fixed = ["--input-size", &size, "--images", &images, "--out"];
        let to = out.join("run").display().to_string();
        let of_run = ["reproduce", "--blocks", "1.1,2.0,3.1", "--channels", "0..2,5,9", "--steps", "3", "--seed", "11"];
        succeed(program(&of_run).args(fixed).arg(&to));
        let sites: Vec<&str> = SITES.iter().flat_map(|s| &s[..2]).copied().collect();
        let whole = out.join("whole.npz").display().to_string();
        let of_maps = ["activations", "--full", "--sites", &sites.join(",")];
        succeed(program(&of_maps).args(fixed).arg(&whole));
    });
    static OUT: OnceLock<PathBuf> = OnceLock::new();
    OUT.get_or_init(|| RUN.get(|_| ()).path().join("run"))
}

/// Beside the run.
pub(crate) fn beside(name: &str) -> PathBuf {
    finished().parent().unwrap().join(name)
}

/// Sixteen photographs, wide, tall and square, in two classes, and a file that is none.
fn write_photographs(folder: &Path) {
    for class in ["a", "b"] {
        fs::create_dir_all(folder.join(class)).unwrap();
    }
    fs::write(folder.join("a/broken.png"), "no photograph").unwrap();
    for (i, name) in ["star", "rings", "cross", "waves", "bricks", "flower"].iter().enumerate() {
        let from = root().join(format!("fixtures/images/{name}/{name}_0{i}.jpg"));
        fs::copy(from, folder.join(format!("b/{name}.jpg"))).unwrap();
    }
    for i in 0..10_u32 {
        // A bright spot that lies elsewhere in each, on a ground that goes up to one corner: no symmetry maps one of
        // them to itself.
        let (width, height) = (60 + 13 * (i % 4), 58 + 17 * (i % 3));
        let spot = (width * (i + 1) / 12, height * (10 - i) / 13);
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let near = x.abs_diff(spot.0) < 9 + i && y.abs_diff(spot.1) < 5 + 2 * i;
            let ground = |a: u32, b: u32| u8::try_from((a * x / width + b * y / height) % 256).unwrap();
            match near {
                true => Rgb([250, ground(90, 20 * i), 30]),
                false => Rgb([ground(20 * i, 60), ground(10, 90), ground(120, 5 * i)]),
            }
        });
        picture.save(folder.join(format!("a/spot_{i}.png"))).unwrap();
    }
}
