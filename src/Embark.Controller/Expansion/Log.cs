using Embark.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Embark.Controller.Expansion;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "ControlPlane {Plane}: applied {Objects}")]
    public static partial void Applied(ILogger log, NamespacedName plane, string objects);

    [LoggerMessage(Level = LogLevel.Information, Message = "ControlPlane {Plane}: removed {Objects}")]
    public static partial void Removed(ILogger log, NamespacedName plane, string objects);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Why}; fix: {Fix}")]
    public static partial void Failed(ILogger log, string why, string? fix);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} cannot be followed: {Why}")]
    public static partial void CannotFollow(ILogger log, string kind, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the event {Reason} could not be written: {Why}")]
    public static partial void NoEvent(ILogger log, string reason, string why);
}
