//! What a pickle may name, and nothing else.

use crate::element::Dtype;

/// Something of a Python module that a pickle may name.
#[derive(Debug, PartialEq)]
pub(crate) struct Global {
    modules: &'static [&'static str],
    name: &'static str,
    pub(super) makes: Makes,
}

/// What is made where it is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Makes {
    /// A dictionary, of pairs if there are some.
    Dictionary,
    /// What it is given: a list from a list.
    Same,
    /// A tensor over a storage, its dtype the storage's or its own.
    Tensor,
    /// The tensor that it is given.
    Parameter,
    /// Data of no use here.
    Other,
    /// Nothing: it is a type of storages, and not called.
    Storage(StorageType),
    /// Nothing: it is a type of elements.
    Elements(Kind),
}

/// What elements are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// One of the four types that are read.
    Float(Dtype),
    /// Another one, by its name, and its bytes.
    Other(&'static str, u8),
}

impl Kind {
    /// Bytes of an element.
    pub(crate) fn size(self) -> u64 {
        match self {
            Kind::Float(dtype) => dtype.size() as u64,
            Kind::Other(_, size) => size.into(),
        }
    }
}

/// What the elements of a storage are, if it knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum StorageType {
    /// Elements of a type.
    Typed(Kind),
    /// Bytes; each tensor says what they mean.
    Untyped,
}

impl StorageType {
    /// Bytes of an element.
    pub(crate) fn size(self) -> u64 {
        match self {
            StorageType::Typed(kind) => kind.size(),
            StorageType::Untyped => 1,
        }
    }
}

/// What a name in a module may stand for; `None` if it is refused.
pub(super) fn find(module: &str, name: &str) -> Option<&'static Global> {
    ALLOWED.iter().find(|global| global.name == name && global.modules.contains(&module))
}

const TORCH: &[&str] = &["torch", "torch.cuda"];
const UTILS: &[&str] = &["torch._utils"];
/// Of Python 3, and as Python 2 called it.
const BUILTINS: &[&str] = &["builtins", "__builtin__"];
const NUMPY: &[&str] = &["numpy.core.multiarray", "numpy._core.multiarray"];

const fn entry(modules: &'static [&'static str], name: &'static str, makes: Makes) -> Global {
    Global { modules, name, makes }
}

const fn storage(name: &'static str, kind: Kind) -> Global {
    entry(TORCH, name, Makes::Storage(StorageType::Typed(kind)))
}

const fn elements(name: &'static str, kind: Kind) -> Global {
    entry(TORCH, name, Makes::Elements(kind))
}

const F16: Kind = Kind::Float(Dtype::Float16);
const BF16: Kind = Kind::Float(Dtype::BFloat16);
const F32: Kind = Kind::Float(Dtype::Float32);
const F64: Kind = Kind::Float(Dtype::Float64);

static ALLOWED: &[Global] = &[
    entry(&["collections"], "OrderedDict", Makes::Dictionary),
    entry(&["collections"], "Counter", Makes::Dictionary),
    entry(&["collections"], "defaultdict", Makes::Other),
    entry(BUILTINS, "dict", Makes::Dictionary),
    entry(BUILTINS, "list", Makes::Same),
    entry(BUILTINS, "tuple", Makes::Same),
    entry(BUILTINS, "set", Makes::Other),
    entry(BUILTINS, "frozenset", Makes::Other),
    entry(BUILTINS, "int", Makes::Other),
    entry(BUILTINS, "float", Makes::Other),
    entry(BUILTINS, "complex", Makes::Other),
    entry(BUILTINS, "bool", Makes::Other),
    entry(BUILTINS, "str", Makes::Other),
    entry(BUILTINS, "bytes", Makes::Other),
    entry(BUILTINS, "bytearray", Makes::Other),
    // NumPy's numbers, such as a best accuracy: their type, and bytes written as Latin-1.
    entry(NUMPY, "scalar", Makes::Other),
    entry(&["numpy"], "dtype", Makes::Other),
    entry(&["_codecs"], "encode", Makes::Other),
    entry(UTILS, "_rebuild_tensor", Makes::Tensor),
    entry(UTILS, "_rebuild_tensor_v2", Makes::Tensor),
    entry(UTILS, "_rebuild_tensor_v3", Makes::Tensor),
    entry(UTILS, "_rebuild_parameter", Makes::Parameter),
    entry(UTILS, "_rebuild_parameter_with_state", Makes::Parameter),
    entry(TORCH, "Size", Makes::Same),
    entry(TORCH, "device", Makes::Other),
    entry(&["torch.serialization"], "_get_layout", Makes::Other),
    entry(&["torch", "torch.storage"], "UntypedStorage", Makes::Storage(StorageType::Untyped)),
    entry(&["torch.storage"], "_UntypedStorage", Makes::Storage(StorageType::Untyped)),
    storage("HalfStorage", F16),
    storage("BFloat16Storage", BF16),
    storage("FloatStorage", F32),
    storage("DoubleStorage", F64),
    storage("ByteStorage", Kind::Other("uint8", 1)),
    storage("CharStorage", Kind::Other("int8", 1)),
    storage("BoolStorage", Kind::Other("bool", 1)),
    storage("ShortStorage", Kind::Other("int16", 2)),
    storage("IntStorage", Kind::Other("int32", 4)),
    storage("LongStorage", Kind::Other("int64", 8)),
    storage("ComplexFloatStorage", Kind::Other("complex64", 8)),
    storage("ComplexDoubleStorage", Kind::Other("complex128", 16)),
    elements("float16", F16),
    elements("bfloat16", BF16),
    elements("float32", F32),
    elements("float64", F64),
    elements("uint8", Kind::Other("uint8", 1)),
    elements("int8", Kind::Other("int8", 1)),
    elements("bool", Kind::Other("bool", 1)),
    elements("int16", Kind::Other("int16", 2)),
    elements("uint16", Kind::Other("uint16", 2)),
    elements("int32", Kind::Other("int32", 4)),
    elements("uint32", Kind::Other("uint32", 4)),
    elements("int64", Kind::Other("int64", 8)),
    elements("uint64", Kind::Other("uint64", 8)),
    elements("complex64", Kind::Other("complex64", 8)),
    elements("complex128", Kind::Other("complex128", 16)),
    elements("float8_e4m3fn", Kind::Other("float8_e4m3fn", 1)),
    elements("float8_e5m2", Kind::Other("float8_e5m2", 1)),
];
