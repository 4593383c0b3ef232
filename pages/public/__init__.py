"""Pages for everybody, without sign-in and without a script: pure, rows and a language -> HTML."""
