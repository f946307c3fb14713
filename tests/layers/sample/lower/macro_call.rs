fn call() {
    println!("{}", crate::upper::Hidden);
}
