use super::super::upper as above;

fn call() {
    above::Hidden::new();
}
