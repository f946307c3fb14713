mod call; mod import; mod macro_call; mod renamed;
