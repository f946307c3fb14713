pub(crate) struct Hidden;

#[cfg(test)]
mod tests {
    use crate::lower::import;
}
