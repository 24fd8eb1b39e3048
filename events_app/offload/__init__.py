"""Long work and foreign files, in processes of their own: at most two, with limits, ended when idle."""
