"""Runs on many machines: they wait in a Celery broker until one of the workers takes them.

The daemon sends a run (`launcher`); a worker (`app`) executes it in a process of its own, once,
however often the broker delivers it (`begun_once`); and on each machine the deaths of its own
processes are recorded (`caretaker`), because from another machine nobody can see them.
"""
