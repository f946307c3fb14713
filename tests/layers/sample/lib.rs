mod lower; mod upper;
