fn call() {
    crate::upper::Hidden::new();
}
