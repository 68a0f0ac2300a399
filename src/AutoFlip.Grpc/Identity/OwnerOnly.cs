using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace AutoFlip.Grpc;

/// <summary>Files and folders that only their owner can open: modes 0600 and 0700, on Windows an access rule for the owner alone.</summary>
static class OwnerOnly
{
    /// <summary>Creates a folder, and those above it, unless it exists.</summary>
    /// <exception cref="AutoFlipException">It cannot be created (exit 4).</exception>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        try
        {
            if (OperatingSystem.IsWindows()) CreateOnWindows(path);
            else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed($"'{path}' could not be created: {failure.Message}", failure);
        }
    }

    /// <summary>Creates a file for writing. What creating throws reaches the caller.</summary>
    public static FileStream CreateFile(string path) => OperatingSystem.IsWindows() ? CreateFileOnWindows(path) : CreateFileOnUnix(path);

    [UnsupportedOSPlatform("windows")]
    static FileStream CreateFileOnUnix(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.None,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    [SupportedOSPlatform("windows")]
    static FileStream CreateFileOnWindows(string path)
    {
        var security = new FileSecurity();
        Restrict(security, InheritanceFlags.None);
        return new FileInfo(path).Create(
            FileMode.CreateNew, FileSystemRights.FullControl, FileShare.None, bufferSize: 4096, FileOptions.None, security);
    }

    [SupportedOSPlatform("windows")]
    static void CreateOnWindows(string path)
    {
        var security = new DirectorySecurity();
        Restrict(security, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit);
        security.CreateDirectory(path);
    }

    [SupportedOSPlatform("windows")]
    static void Restrict(FileSystemSecurity security, InheritanceFlags inheritance)
    {
        using var user = WindowsIdentity.GetCurrent();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(
            user.User!, FileSystemRights.FullControl, inheritance, PropagationFlags.None, AccessControlType.Allow));
    }
}
