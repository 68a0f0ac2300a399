using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AutoFlip;

/// <summary>Widths of the processor's vectors that kernels are written in.</summary>
enum VectorWidth
{
    /// <summary>256 bits: AVX2 and FMA. 16 registers.</summary>
    Avx2,

    /// <summary>512 bits: AVX-512. 32 registers.</summary>
    Avx512,
}

/// <summary>Writes a kernel at run time: straight lines of vector instructions whose accumulators stay in registers.</summary>
/// <remarks>
/// A kernel's shape (rows and columns of its accumulators) is known only when a network is; C# cannot unroll a loop over local variables,
/// so each shape would be a text of its own. Here a shape is a loop over instructions, written once and translated once per process.
/// <para>Columns are counted in blocks of <see cref="Block"/> floats, whatever the width: one vector of 512 bits, or two of 256. A kernel
/// sums each column in the same order in both.</para>
/// </remarks>
sealed class VectorCode
{
    /// <summary>Floats of a block of columns.</summary>
    public const int Block = 16;

    /// <summary>Blocks that hold so many columns.</summary>
    public static int Blocks(int columns) => (columns + Block - 1) / Block;

    /// <summary>Columns rounded up to whole blocks.</summary>
    public static int Rounded(int columns) => Blocks(columns) * Block;

    readonly DynamicMethod _method;
    readonly ILGenerator _il;
    readonly MethodInfo _load, _store, _spread, _fuse, _add;
    readonly Type _vector;

    /// <summary>Begins a kernel.</summary>
    /// <param name="name">Its name in stack traces.</param>
    /// <param name="width">Width of its vectors.</param>
    /// <param name="parameters">Types of its parameters; it returns nothing.</param>
    public VectorCode(string name, VectorWidth width, params Type[] parameters)
    {
        _method = new DynamicMethod(name, null, parameters, typeof(VectorCode).Module, skipVisibility: true);
        _il = _method.GetILGenerator();
        var wide = width == VectorWidth.Avx512;
        var (type, generic) = wide ? (typeof(Vector512), typeof(Vector512<>)) : (typeof(Vector256), typeof(Vector256<>));
        _vector = generic.MakeGenericType(typeof(float));
        VectorsPerBlock = VectorsOf(width);
        _load = Generic(type, nameof(Vector512.Load));
        _store = Generic(type, nameof(Vector512.Store));
        _spread = type.GetMethod(nameof(Vector512.Create), [typeof(float)])!;
        _fuse = type.GetMethod(nameof(Vector512.FusedMultiplyAdd), [_vector, _vector, _vector])!;
        _add = _vector.GetMethod("op_Addition", [_vector, _vector])!;
    }

    /// <summary>Vectors that hold a block.</summary>
    public int VectorsPerBlock { get; }

    /// <summary>Bytes of a vector.</summary>
    public int VectorBytes => Block * sizeof(float) / VectorsPerBlock;

    /// <summary>Sums that fit into registers beside what a step loads.</summary>
    public static int Registers(VectorWidth width) => width == VectorWidth.Avx512 ? 28 : 12;

    /// <summary>Vectors that hold a block.</summary>
    public static int VectorsOf(VectorWidth width) => width == VectorWidth.Avx512 ? 1 : 2;

    /// <summary>Tests whether this processor has vectors of a width.</summary>
    public static bool Supports(VectorWidth width) => width == VectorWidth.Avx512
        ? Vector512.IsHardwareAccelerated && Avx512F.IsSupported
        : Vector256.IsHardwareAccelerated && Fma.IsSupported;

    /// <summary>A new vector in a register.</summary>
    public LocalBuilder Vector() => _il.DeclareLocal(_vector);

    /// <summary>A new address or number in a register.</summary>
    public LocalBuilder Number() => _il.DeclareLocal(typeof(nint));

    /// <summary>target = the value that <paramref name="push"/> leaves.</summary>
    public void Set(LocalBuilder target, Action push)
    {
        push();
        _il.Emit(OpCodes.Stloc, target);
    }

    /// <summary>Leaves an argument.</summary>
    public void Argument(int index) => _il.Emit(OpCodes.Ldarg, index);

    /// <summary>Leaves a variable.</summary>
    public void Value(LocalBuilder local) => _il.Emit(OpCodes.Ldloc, local);

    /// <summary>Leaves the 32-bit number at an address, widened.</summary>
    public void Index(Action address)
    {
        address();
        _il.Emit(OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Conv_I);
    }

    /// <summary>Leaves base + multiple · stride + bytes.</summary>
    public void Address(Action start, Action? stride = null, int multiple = 0, int bytes = 0)
    {
        start();
        if (stride is not null && multiple > 0)
        {
            stride();
            if (multiple > 1)
            {
                _il.Emit(OpCodes.Ldc_I4, multiple);
                _il.Emit(OpCodes.Conv_I);
                _il.Emit(OpCodes.Mul);
            }
            _il.Emit(OpCodes.Add);
        }
        if (bytes == 0) return;
        _il.Emit(OpCodes.Ldc_I4, bytes);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
    }

    /// <summary>target += the value that <paramref name="push"/> leaves.</summary>
    public void Increase(LocalBuilder target, Action push) => Set(target, () =>
    {
        Value(target);
        push();
        _il.Emit(OpCodes.Add);
    });

    /// <summary>argument += the value that <paramref name="push"/> leaves.</summary>
    public void Increase(int argument, Action push)
    {
        Argument(argument);
        push();
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Starg, argument);
    }

    /// <summary>Leaves a constant.</summary>
    public void Constant(int value)
    {
        _il.Emit(OpCodes.Ldc_I4, value);
        _il.Emit(OpCodes.Conv_I);
    }

    /// <summary>Leaves the vector at an address.</summary>
    public void Load(Action address)
    {
        address();
        _il.Emit(OpCodes.Call, _load);
    }

    /// <summary>Writes a vector to an address.</summary>
    public void Store(LocalBuilder vector, Action address)
    {
        Value(vector);
        address();
        _il.Emit(OpCodes.Call, _store);
    }

    /// <summary>Leaves a vector whose elements are the float at an address.</summary>
    public void Spread(Action address)
    {
        address();
        _il.Emit(OpCodes.Ldind_R4);
        _il.Emit(OpCodes.Call, _spread);
    }

    /// <summary>sum += factor · other, rounded once.</summary>
    public void MultiplyAdd(LocalBuilder sum, LocalBuilder factor, Action other) => Set(sum, () =>
    {
        Value(factor);
        other();
        Value(sum);
        _il.Emit(OpCodes.Call, _fuse);
    });

    /// <summary>sum += other.</summary>
    public void Add(LocalBuilder sum, LocalBuilder other) => Set(sum, () =>
    {
        Value(sum);
        Value(other);
        _il.Emit(OpCodes.Call, _add);
    });

    /// <summary>Sets a vector to 0.</summary>
    public void Zero(LocalBuilder vector)
    {
        _il.Emit(OpCodes.Ldloca, vector);
        _il.Emit(OpCodes.Initobj, _vector);
    }

    /// <summary>do body while (--counter > 0). At least one pass.</summary>
    public void Repeat(LocalBuilder counter, Action body)
    {
        var again = _il.DefineLabel();
        _il.MarkLabel(again);
        body();
        Set(counter, () =>
        {
            Value(counter);
            Constant(1);
            _il.Emit(OpCodes.Sub);
        });
        Value(counter);
        Constant(0);
        _il.Emit(OpCodes.Bgt, again);
    }

    /// <summary>while (left >= step) { body; left -= step; }</summary>
    public void While(LocalBuilder left, int step, Action body)
    {
        Label again = _il.DefineLabel(), done = _il.DefineLabel();
        _il.MarkLabel(again);
        Value(left);
        Constant(step);
        _il.Emit(OpCodes.Blt, done);
        body();
        Increase(left, () => Constant(-step));
        _il.Emit(OpCodes.Br, again);
        _il.MarkLabel(done);
    }

    /// <summary>Runs <paramref name="body"/> if what <paramref name="push"/> leaves is not 0, else <paramref name="otherwise"/>.</summary>
    public void If(Action push, Action body, Action? otherwise = null)
    {
        Label none = _il.DefineLabel(), end = _il.DefineLabel();
        push();
        _il.Emit(OpCodes.Brfalse, none);
        body();
        _il.Emit(OpCodes.Br, end);
        _il.MarkLabel(none);
        otherwise?.Invoke();
        _il.MarkLabel(end);
    }

    /// <summary>The finished kernel, translated.</summary>
    public T End<T>()
        where T : Delegate
    {
        _il.Emit(OpCodes.Ret);
        var kernel = _method.CreateDelegate<T>();
        RuntimeHelpers.PrepareDelegate(kernel);
        return kernel;
    }

    static MethodInfo Generic(Type type, string name) => type.GetMethods()
        .Single(method => method.Name == name && method.GetParameters().Any(parameter => parameter.ParameterType.IsPointer))
        .MakeGenericMethod(typeof(float));
}
