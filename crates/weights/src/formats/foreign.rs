//! What is not read, by what it is, and what to do about it.

use super::place::Place;
use crate::WeightsError;
use crate::text::shown;

/// A kind of file that is not read.
struct Foreign {
    /// What it is, with its article.
    found: &'static str,
    /// What to do instead.
    way: &'static str,
    /// Whether a file that begins so is one.
    is: fn(&[u8]) -> bool,
}

const ELSEWHERE: &str = "load it where it was made, and save the arrays with numpy.savez(path, **{name: array})";
const UNPACK: &str = "unpack it first";
const AGAIN: &str = "download the file itself";
const STATE: &str = "save the tensors alone, torch.save(model.state_dict(), path)";

/// Every kind that is known by its first bytes, those of the surest signs first.
static FOREIGN: &[Foreign] = &[
    Foreign { found: "an empty file", way: AGAIN, is: |head| head.is_empty() },
    Foreign {
        found: "a Git LFS pointer",
        way: "git lfs pull brings the file that it stands for",
        is: |head| head.starts_with(b"version https://git-lfs"),
    },
    Foreign { found: "an HTML page", way: AGAIN, is: is_html },
    Foreign {
        found: "an HDF5 file, as Keras and MATLAB write them",
        way: ELSEWHERE,
        is: |head| head.starts_with(b"\x89HDF\r\n\x1a\n"),
    },
    Foreign {
        found: "one NumPy array",
        way: "give the folder of all .npy files, or save with numpy.savez(path, **state)",
        is: |head| head.starts_with(crate::npy::MAGIC),
    },
    Foreign { found: "a TensorFlow Lite model", way: ELSEWHERE, is: |head| head.get(4..8) == Some(b"TFL3") },
    Foreign { found: "a GGUF file", way: ELSEWHERE, is: |head| head.starts_with(b"GGUF") },
    Foreign { found: "a gzip file", way: UNPACK, is: |head| head.starts_with(b"\x1f\x8b") },
    Foreign { found: "a bzip2 file", way: UNPACK, is: |head| head.starts_with(b"BZh") },
    Foreign { found: "an xz file", way: UNPACK, is: |head| head.starts_with(b"\xfd7zXZ\0") },
    Foreign { found: "a Zstandard file", way: UNPACK, is: |head| head.starts_with(b"\x28\xb5\x2f\xfd") },
    Foreign { found: "a 7z archive", way: UNPACK, is: |head| head.starts_with(b"7z\xbc\xaf\x27\x1c") },
    Foreign { found: "a RAR archive", way: UNPACK, is: |head| head.starts_with(b"Rar!\x1a\x07") },
    Foreign {
        found: "a PyTorch checkpoint of before 2017, which is a tar archive",
        way: "load it with PyTorch, and save it again",
        is: |head| is_tar(head) && TAR_OF_PYTORCH.iter().any(|name| head.starts_with(name)),
    },
    Foreign { found: "a tar archive", way: UNPACK, is: is_tar },
    Foreign {
        found: "a picture",
        way: "give it with --images",
        is: |head| PICTURES.iter().any(|magic| head.starts_with(magic)),
    },
    Foreign { found: "a TensorFlow SavedModel", way: ELSEWHERE, is: |head| head.starts_with(b"\x08\x01\x12") },
    Foreign { found: "an ONNX model", way: ELSEWHERE, is: is_onnx },
    Foreign {
        found: "a Torch7 file, of Lua",
        way: ELSEWHERE,
        is: |head| head.starts_with(b"\x04\0\0\0\x01\0\0\0") || head.starts_with(b"\x03\0\0\0\x01\0\0\0"),
    },
    Foreign {
        found: "a pickled object that PyTorch did not save",
        way: "load it where it was made, and save with torch.save(state, path) or numpy.savez(path, **state)",
        is: |head| matches!(head, [0x80, 2..=5, ..]),
    },
    Foreign {
        found: "a text in JSON",
        way: "give the file of the tensors, or its folder",
        is: |head| is_text(head) && matches!(head.trim_ascii_start().first(), Some(b'{' | b'[')),
    },
    Foreign { found: "a text", way: "give the file of the tensors", is: is_text },
];

const PICTURES: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM"];

/// What PyTorch's tar archives begin with, in any order.
const TAR_OF_PYTORCH: [&[u8]; 4] = [b"sys_info\0", b"pickle\0", b"tensors\0", b"storages\0"];

fn is_html(head: &[u8]) -> bool {
    let head = head.trim_ascii_start().to_ascii_lowercase();
    head.starts_with(b"<!doctype html") || head.starts_with(b"<html") || head.starts_with(b"<?xml")
}

fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar") || TAR_OF_PYTORCH.iter().any(|name| head.starts_with(name))
}

/// A protocol buffer whose first field is a version of ONNX, and whose second is one that follows it there.
fn is_onnx(head: &[u8]) -> bool {
    matches!(head, [0x08, 3..=20, 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42, ..])
}

fn is_text(head: &[u8]) -> bool {
    // The last character may be cut.
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => str::from_utf8(&head[..error.valid_up_to()]).unwrap_or(""),
        Err(_) => return false,
    };
    !text.is_empty() && !text.contains(|c: char| c.is_control() && !c.is_whitespace())
}

/// What a zip archive of these members is, if it is none of arrays or of a state dict, and the way on.
pub(super) fn archive(members: &[String]) -> Option<(&'static str, &'static str)> {
    let any = |is: &dyn Fn(&str) -> bool| members.iter().any(|member| is(member));
    let last = |member: &str, name: &str| member.rsplit('/').next() == Some(name);
    // TorchScript's own data.pkl names classes of its code.
    if any(&|m| last(m, "constants.pkl") || m.contains("/code/")) {
        return Some((
            "a TorchScript archive, which holds code",
            "save the tensors alone, torch.save(torch.jit.load(path).state_dict(), other)",
        ));
    }
    if any(&|m| last(m, "model.weights.h5")) {
        return Some(("a Keras model", ELSEWHERE));
    }
    if any(&|m| last(m, "archive_format") || m.contains("serialized_exported_program")) {
        return Some(("an exported PyTorch program", STATE));
    }
    if any(&|m| last(m, "coremldata.bin") || last(m, "model.mlmodel")) {
        return Some(("a Core ML model", ELSEWHERE));
    }
    None
}

/// The error of what is of no kind that is read.
pub(crate) fn what_it_is(place: &Place) -> WeightsError {
    let path = place.path().to_owned();
    let not_weights = |found: String| WeightsError::NotWeights { path: path.clone(), found };
    let found = match place {
        Place::Folder { names, .. } => match folder(names) {
            Some((found, way)) => format!("{found}: {way}"),
            None => {
                let beside = named(names);
                return WeightsError::Empty { path, beside };
            }
        },
        Place::File { members: Some(members), .. } => {
            let (found, way) = archive(members).unwrap_or(("a zip archive without arrays", UNPACK));
            format!("{found}: {way}")
        }
        Place::File { head, .. } => match FOREIGN.iter().find(|foreign| (foreign.is)(head)) {
            Some(Foreign { found, way, .. }) => format!("{found}: {way}"),
            None => format!(
                "a file of no kind that is known, which begins with {}",
                head[..head.len().min(8)].escape_ascii()
            ),
        },
    };
    not_weights(found)
}

/// What a folder is that holds no weights that are read.
fn folder(names: &[String]) -> Option<(&'static str, &'static str)> {
    let any = |is: &dyn Fn(&str) -> bool| names.iter().any(|name| is(name));
    if any(&|name| name == "saved_model.pb") {
        return Some(("a TensorFlow SavedModel", ELSEWHERE));
    }
    if any(&|name| name.contains(".data-00000-of-")) {
        return Some(("a TensorFlow checkpoint", ELSEWHERE));
    }
    if any(&|name| name == "data.pkl") {
        return Some(("an unpacked PyTorch checkpoint", "give the file that it was unpacked from"));
    }
    if any(&|name| name == "_CHECKPOINT_METADATA" || name == "_METADATA" || name == "manifest.ocdbt") {
        return Some(("an Orbax checkpoint, of JAX", ELSEWHERE));
    }
    None
}

/// Endings of files that may be weights.
const WEIGHTS: [&str; 6] = [".npz", ".safetensors", ".pth", ".pt", ".th", ".bin"];

/// The files of a folder that may be weights, as the rest of a sentence.
fn named(names: &[String]) -> String {
    let is_weights = |name: &&String| WEIGHTS.iter().any(|ending| name.ends_with(ending));
    match names.iter().find(is_weights) {
        Some(name) => format!(", but {}: give that file itself", shown(name)),
        None => String::new(),
    }
}
