//! What the columns of tables are: each is declared once, as a field of its row with a sentence and a unit, from which
//! come the type, the table's heading, its entry in the data dictionary and the number that figures draw.

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading, the name of its field.
    pub name: &'static str,
    /// What its cells are counted or measured in; of others, what kind of word they are.
    pub unit: &'static str,
    /// What it holds, in a sentence.
    pub definition: &'static str,
}

/// The rows of a table.
pub trait Row {
    /// What a row is, in a sentence.
    const ABOUT: &'static str;
    /// The columns, in order.
    const COLUMNS: &'static [Column];

    /// The number in a column: truth values are 1 and 0. `None` where the cell is empty or a word, or there is no such
    /// column.
    fn number(&self, column: &str) -> Option<f64>;
}

/// A cell as a number.
pub(crate) trait Cell {
    fn number(&self) -> Option<f64>;
}

impl<T: Cell> Cell for Option<T> {
    fn number(&self) -> Option<f64> {
        self.as_ref().and_then(Cell::number)
    }
}

/// Cells that are numbers, by how each becomes one.
macro_rules! numbers {
    ($($type:ty: $number:expr;)+) => {
        $(impl Cell for $type {
            fn number(&self) -> Option<f64> {
                let number: fn($type) -> f64 = $number;
                Some(number(*self))
            }
        })+
    };
}

numbers! {
    f64: |value| value;
    usize: |count| count as f64;
    u64: |count| count as f64;
    i64: |count| count as f64;
    u8: f64::from;
    bool: |is| f64::from(u8::from(is));
}

impl Cell for String {
    fn number(&self) -> Option<f64> {
        None
    }
}

/// Declares the rows of a table: what a row is, and each column with its definition, type and unit.
macro_rules! row {
    (
        $(#[doc = $about:literal])+
        pub struct $name:ident {
            $(
                $(#[doc = $definition:literal])+
                $(#[serde($($written:tt)+)])?
                pub $field:ident: $type:ty => $unit:literal,
            )+
        }
    ) => {
        $(#[doc = $about])+
        ///
        /// The default is a row of empty cells.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            $(
                $(#[doc = $definition])+
                $(#[serde($($written)+)])?
                pub $field: $type,
            )+
        }

        impl Row for $name {
            const ABOUT: &'static str = concat!($($about),+);
            const COLUMNS: &'static [Column] = &[
                $(Column { name: stringify!($field), unit: $unit, definition: concat!($($definition),+) },)+
            ];

            fn number(&self, column: &str) -> Option<f64> {
                match column {
                    $(stringify!($field) => Cell::number(&self.$field),)+
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use row;
