// The tap comes here.
