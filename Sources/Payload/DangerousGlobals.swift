/// Names that run code of the sender's choice, or can be made to, when a pickle that has them is loaded.
///
/// A name that is not here is not thereby harmless: loading a pickle from the network is unsafe whatever it names.
enum DangerousGlobals {
    /// - Parameters:
    ///   - module: `torch.storage`
    ///   - name: `_load_from_bytes`, or a path of attributes, which may lead through a module: `os.system` in `numpy`.
    static func canExecute(_ module: String, _ name: String) -> Bool {
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let first = String(module.prefix { $0 != "." })
        if modules.contains(first) || path.dropLast().contains(where: modules.contains) { return true }
        if path.contains("__builtins__") || path.contains("__globals__") || path.contains("__subclasses__") {
            return true
        }
        if ["builtins", "__builtin__"].contains(first) { return path.contains(where: builtins.contains) }
        return path.last.map { names[first]?.contains($0) ?? false } ?? false
    }

    /// All of their functions.
    private static let modules: Set<String> = [
        "os", "posix", "nt", "subprocess", "_posixsubprocess", "importlib", "imp", "runpy", "pty", "ctypes", "_ctypes",
        "cffi", "code", "codeop", "pdb", "bdb", "timeit", "cProfile", "profile", "trace", "webbrowser", "commands",
        "popen2", "pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "pip",
        "ensurepip",
        "venv", "pydoc", "doctest", "antigravity", "idlelib", "distutils", "setuptools",
    ]

    private static let builtins: Set<String> = [
        "eval", "exec", "execfile", "compile", "__import__", "getattr", "setattr", "delattr", "open", "file", "input",
        "breakpoint", "globals", "locals", "vars", "apply", "map", "filter", "type", "help", "exit", "quit",
    ]

    private static let names: [String: Set<String>] = [
        "operator": ["attrgetter", "methodcaller"], "_operator": ["attrgetter", "methodcaller"],
        "types": ["FunctionType", "CodeType", "MethodType", "LambdaType", "ModuleType"],
        "functools": ["reduce", "partialmethod", "singledispatch"],
        "sys": ["setprofile", "settrace", "modules", "exit", "displayhook", "excepthook", "meta_path", "path_hooks"],
        "shutil": ["rmtree", "move", "copyfile", "copy", "copy2", "copytree", "unpack_archive", "chown"],
        "platform": ["popen", "_syscmd_uname", "_syscmd_file"],
        "asyncio": ["create_subprocess_shell", "create_subprocess_exec", "run"],
        "multiprocessing": ["Process", "Pool", "start", "spawn_main", "_main"],
        "threading": ["Thread", "Timer"], "_thread": ["start_new_thread"],
        "socket": ["socket", "create_connection", "create_server"],
        "io": ["open", "open_code", "FileIO"], "_io": ["open", "open_code", "FileIO"], "pathlib": ["open"],
        "tempfile": ["NamedTemporaryFile", "mkstemp", "mkdtemp"],
        "torch": ["load", "_load_from_bytes", "load_url", "jit", "load_state_dict_from_url"],
        "numpy": ["runstring", "load", "fromfile", "exec_command"],
        "pandas": ["read_pickle", "eval", "query"],
        "urllib": ["urlopen", "urlretrieve", "Request"], "requests": ["get", "post", "request"],
        "http": ["HTTPConnection", "HTTPSConnection"], "smtplib": ["SMTP"], "ftplib": ["FTP"],
        "logging": ["fileConfig", "dictConfig", "FileHandler"],
        "lib2to3": ["load_grammar"], "uuid": ["_get_command_stdout", "_popen"], "nturl2path": ["pathname2url"],
        "zipimport": ["zipimporter"], "site": ["main", "addsitedir", "execsitecustomize"],
    ]
}
