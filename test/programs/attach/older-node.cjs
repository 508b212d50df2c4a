// Makes a Node of one before 20.16, as far as built-in modules are reached: loaded with --require, in each thread.
delete process.getBuiltinModule;
