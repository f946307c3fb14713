use crate::upper::Hidden;
