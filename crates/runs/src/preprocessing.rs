//! How photographs become what a network reads: what is asked for, what a file beside the weights says, and what is usual.

use crate::error::RunError;
use resnet::{Architecture, Colors, Network, NetworkError, Preprocessing};
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use weights::shown;

/// What is asked for; what is not is as the weights say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Asked {
    /// Rows and columns of the images.
    pub input_size: Option<usize>,
    /// What the shorter side of a photograph is resized to.
    pub resize: Option<usize>,
    /// What is subtracted from the three colors.
    pub mean: Option<[f32; 3]>,
    /// What they are divided by then.
    pub std: Option<[f32; 3]>,
}

/// A size alone.
impl From<Option<usize>> for Asked {
    fn from(input_size: Option<usize>) -> Asked {
        Asked { input_size, ..Asked::default() }
    }
}

/// All of it.
impl From<Preprocessing> for Asked {
    fn from(of: Preprocessing) -> Asked {
        let Colors { mean, std } = of.colors;
        Asked { input_size: Some(of.size), resize: Some(of.resize), mean: Some(mean), std: Some(std) }
    }
}

impl Asked {
    /// Checks what can be known before weights are read.
    ///
    /// # Errors
    /// If no network reads images of this size.
    pub(crate) fn check(&self) -> Result<(), RunError> {
        match self.input_size {
            Some(found) => Network::require_input_size(found).map_err(|_| RunError::InputSize { found }),
            None => Ok(()),
        }
    }
}

/// What was found, and what should be said of it.
pub(crate) struct Found {
    pub(crate) preprocessing: Preprocessing,
    pub(crate) notes: Vec<String>,
}

/// How a network's photographs become images: as asked for, else as a file beside its weights says, else as is usual.
///
/// # Errors
/// If the file says what cannot be, or photographs would be resized to less than what is cut out of them.
pub(crate) fn of(weights: &Path, asked: Asked, architecture: &Architecture) -> Result<Found, RunError> {
    let beside = Beside::read(weights)?;
    let size = asked.input_size.or(beside.size).unwrap_or(architecture.usual_size());
    Network::require_input_size(size).map_err(|_| RunError::InputSize { found: size })?;
    // The whole part of `size / part`.
    let by_part = beside.part.and_then(|part| {
        let fits = |side: &usize| *side as f64 * part <= size as f64;
        (size..=MOST).take_while(fits).last()
    });
    let resize = asked.resize.or(by_part).unwrap_or(architecture.usual_resize(size));
    if !(size..=MOST).contains(&resize) {
        return Err(RunError::Resize { found: resize, size });
    }
    let Colors { mean, std } = Colors::IMAGENET;
    let colors =
        Colors { mean: asked.mean.or(beside.mean).unwrap_or(mean), std: asked.std.or(beside.std).unwrap_or(std) };
    let preprocessing = Preprocessing { size, resize, colors };
    let notes = beside.notes(&asked, preprocessing);
    Ok(Found { preprocessing, notes })
}

/// The most that a photograph's shorter side is resized to.
const MOST: usize = 8192;
/// Bytes of a file beside weights at most.
const BYTES: u64 = 1 << 20;
/// Files beside weights that say how images are read, the first that does counts.
const NAMES: [&str; 2] = ["preprocessor_config.json", "config.json"];

/// What files beside the weights say.
#[derive(Debug, Default)]
struct Beside {
    /// The file.
    path: PathBuf,
    size: Option<usize>,
    /// What part of the shorter side is cut out.
    part: Option<f64>,
    mean: Option<[f32; 3]>,
    std: Option<[f32; 3]>,
    /// Interpolation by another name than bilinear.
    interpolation: Option<String>,
}

impl Beside {
    fn read(weights: &Path) -> Result<Beside, RunError> {
        let folder = if weights.is_dir() { weights } else { weights.parent().unwrap_or(Path::new("")) };
        let mut found = None;
        for path in NAMES.map(|name| folder.join(name)) {
            let Some(json) = object(&path) else { continue };
            refuse_another_block(&json, weights, &path)?;
            let said = Beside::of(&json, path)?;
            if said.is_any() && found.is_none() {
                found = Some(said);
            }
        }
        Ok(found.unwrap_or_default())
    }

    /// transformers' words, and timm's.
    fn of(json: &Value, path: PathBuf) -> Result<Beside, RunError> {
        let timm = json.get("pretrained_cfg").filter(|value| value.is_object());
        let at = |names: &[&str]| {
            let of = |object: &Value| names.iter().find_map(|name| object.get(name)).cloned();
            timm.and_then(of).or_else(|| of(json)).filter(|value| !value.is_null())
        };
        let wrong = |name: &'static str, expected: &'static str, found: Value| RunError::Beside {
            path: path.clone(),
            name,
            expected,
            found: shown(&found.to_string()),
        };
        let side = |value: &Value| usize::try_from(value.as_u64()?).ok();
        let size = |value: &Value| match value {
            Value::Array(sides) => side(sides.last()?),
            Value::Object(_) => ["shortest_edge", "height"].into_iter().find_map(|name| side(value.get(name)?)),
            value => side(value),
        };
        let colors = |names: &[&str], name: &'static str, least: f32| match at(names) {
            None => Ok(None),
            Some(value) => {
                let numbers: Option<[f32; 3]> = serde_json::from_value(value.clone()).ok();
                let numbers = numbers.filter(|numbers| numbers.iter().all(|v| v.is_finite() && *v > least));
                numbers.map(Some).ok_or_else(|| wrong(name, "three numbers", value))
            }
        };
        let mean = colors(&["image_mean", "mean"], "mean", f32::NEG_INFINITY)?;
        let std = colors(&["image_std", "std"], "std", 0.0)?;
        // A `config.json` of any program may have a size; only one that speaks of colors, or is timm's, is taken by its word.
        let speaks = mean.is_some() || std.is_some() || timm.is_some();
        let of_images = |names: &[&str]| at(names).filter(|_| speaks);
        let size = match of_images(&["input_size", "size"]) {
            None => None,
            Some(value) => Some(size(&value).ok_or_else(|| wrong("size", "a number of pixels", value))?),
        };
        let part = match of_images(&["crop_pct"]) {
            None => None,
            Some(value) => {
                let part = value.as_f64().filter(|part| *part > 0.0 && *part <= 1.0);
                Some(part.ok_or_else(|| wrong("crop_pct", "a number above 0 and up to 1", value))?)
            }
        };
        let interpolation = of_images(&["interpolation"]).and_then(|value| value.as_str().map(str::to_owned));
        // Pillow's number of its bilinear filter is 2.
        let by_number = of_images(&["resample"]).and_then(|value| value.as_u64()).filter(|&n| n != 2);
        let by_number = by_number.map(|number| format!("filter {number} of Pillow"));
        let interpolation = interpolation.filter(|name| name != "bilinear").or(by_number);
        Ok(Beside { path, size, part, mean, std, interpolation })
    }

    fn is_any(&self) -> bool {
        self.size.is_some() || self.part.is_some() || self.mean.is_some() || self.std.is_some()
    }

    /// What is said where the file changes something.
    fn notes(&self, asked: &Asked, used: Preprocessing) -> Vec<String> {
        let path = self.path.display();
        let from_file = (self.size.is_some() && asked.input_size.is_none())
            || (self.part.is_some() && asked.resize.is_none())
            || (self.mean.is_some() && asked.mean.is_none())
            || (self.std.is_some() && asked.std.is_none());
        let mut notes = Vec::new();
        if from_file {
            let Preprocessing { size, resize, colors: Colors { mean, std } } = used;
            notes.push(format!(
                "{path}: images are read as it says: {size} pixels of a shorter side of {resize}, mean {mean:?}, std {std:?}"
            ));
        }
        if let Some(name) = &self.interpolation {
            notes.push(format!("{path}: photographs are resized bilinearly, where it says {}", shown(name)));
        }
        notes
    }
}

/// The object that a file holds, if it is one.
fn object(path: &Path) -> Option<Value> {
    let mut text = String::new();
    File::open(path).ok()?.take(BYTES).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok().filter(Value::is_object)
}

/// What a configuration says of blocks, and tensors cannot.
fn refuse_another_block(json: &Value, weights: &Path, path: &Path) -> Result<(), RunError> {
    let refuse = |kind: String| {
        let found = format!("{kind}, as {} says", path.display());
        Err(RunError::of_network(weights, NetworkError::Configured { found }))
    };
    if json.get("downsample_in_bottleneck") == Some(&Value::Bool(true)) {
        return refuse("bottlenecks with their stride in the first convolution (downsample_in_bottleneck)".to_owned());
    }
    match json.get("hidden_act").and_then(Value::as_str) {
        Some(name) if name != "relu" && json.get("layer_type").is_some() => {
            refuse(format!("{} in place of ReLU (hidden_act)", shown(name)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn beside(json: &Value) -> Result<Beside, String> {
        Beside::of(json, "config.json".into()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_words_of_transformers_and_timm_are_understood() {
        let three = [0.5, 0.25, 0.125];
        for json in [
            json!({ "size": 288, "crop_pct": 0.875, "image_mean": three, "image_std": three, "resample": 2 }),
            json!({ "size": { "shortest_edge": 288 }, "crop_pct": 0.875, "image_mean": three, "image_std": three }),
            json!({ "size": { "height": 288, "width": 288 }, "crop_pct": 0.875, "image_mean": three, "image_std": three }),
            json!({ "pretrained_cfg": { "input_size": [3, 288, 288], "crop_pct": 0.875, "mean": three, "std": three } }),
        ] {
            let found = beside(&json).unwrap();
            let (size, part) = (found.size, found.part);
            assert_eq!(
                (size, part, found.mean, found.std),
                (Some(288), Some(0.875), Some([0.5, 0.25, 0.125]), Some([0.5, 0.25, 0.125]))
            );
            assert_eq!(found.interpolation, None);
        }
        let bicubic = json!({ "pretrained_cfg": { "input_size": [3, 224, 224], "interpolation": "bicubic" } });
        assert_eq!(beside(&bicubic).unwrap().interpolation.as_deref(), Some("bicubic"));
        // Another program's words say nothing.
        assert!(!beside(&json!({ "size": 3, "input_size": "large", "crop_pct": 9 })).unwrap().is_any());
    }

    #[test]
    fn what_cannot_be_is_refused_by_the_name_of_the_file_and_of_the_value() {
        for (json, words) in [
            (json!({ "image_mean": [0.5, 0.5] }), "config.json: mean: expected three numbers, found [0.5,0.5]"),
            (json!({ "image_std": [0.5, 0.0, 0.5] }), "config.json: std: expected three numbers, found [0.5,0.0,0.5]"),
            (
                json!({ "image_mean": [0, 0, 0], "size": "big" }),
                "config.json: size: expected a number of pixels, found \"big\"",
            ),
            (
                json!({ "image_mean": [0, 0, 0], "crop_pct": 2 }),
                "config.json: crop_pct: expected a number above 0 and up to 1, found 2",
            ),
        ] {
            let said = beside(&json).unwrap_err();
            assert!(said.starts_with(words), "{said}");
        }
    }

    /// Whatever a stranger's file holds, it is said in one line that somebody reads.
    #[test]
    fn what_a_file_says_at_length_or_over_several_lines_is_one_short_line() {
        let long = "bi\ncubic".repeat(10_000);
        let size = beside(&json!({ "image_mean": [0, 0, 0], "size": long })).unwrap_err();
        let block = json!({ "layer_type": "basic", "hidden_act": long });
        let path = Path::new("config.json");
        let block = refuse_another_block(&block, path, path).unwrap_err().to_string();
        let filter = json!({ "pretrained_cfg": { "input_size": 224, "interpolation": long } });
        let used = Preprocessing { size: 224, resize: 256, colors: Colors::IMAGENET };
        let notes = beside(&filter).unwrap().notes(&Asked::default(), used);
        for said in notes.iter().chain([&size, &block]) {
            assert!(!said.contains('\n') && said.len() < 400, "{said}");
        }
        assert!(notes.iter().any(|note| note.contains("bi")), "{notes:?}");
    }
}
