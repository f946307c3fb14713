mod hidden;

pub(crate) use hidden::Hidden;
