//! [`Value`]: values of expressions in endpoint rules.

/// A value within endpoint rules.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Integer(i64),
    /// Text.
    Text(String),
    /// Several values.
    List(Vec<Value>),
    /// Values by name, in order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The value as text: what a template puts in its place.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of this name, if this is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(entries) => entries
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The part at a path such as `authority`, `resourceId[0]` or `[-1]`; `None` if there is no
    /// such part.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, step| {
            let (name, index) = match step.split_once('[') {
                Some((name, index)) => (name, Some(index.strip_suffix(']')?.parse::<i64>().ok()?)),
                None => (step, None),
            };
            let value = if name.is_empty() {
                value
            } else {
                value.get(name)?
            };
            match (index, value) {
                (None, value) => Some(value),
                (Some(index), Value::List(list)) => {
                    let at = if index < 0 {
                        index + i64::try_from(list.len()).ok()?
                    } else {
                        index
                    };
                    list.get(usize::try_from(at).ok()?)
                }
                _ => None,
            }
        })
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Boolean(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}
