// Values and format strings whose console output must be Node's. answers.js runs
// this file in Node; inspect_test.go runs it as an Action.
const circ={name:'c'}; circ.self=circ; circ.list=[circ];
class Foo { constructor(){ this.a=1; this.#p=2 } #p; get g(){return 1} static s=1 }
class Bar extends Foo { constructor(){ super(); this.b=[1,2] } toString(){return 'I am Bar'} }
const deep={a:{b:{c:{d:{e:1}}}}};
const long={}; for(let i=0;i<30;i++) long['key'+i]=i;
const nul=Object.create(null); nul.x=1;
const arr=[1,,3]; arr.extra='x';
const s=Symbol('sym');
function named(){} const withProps=function(){}; withProps.p=1;
const getset={get a(){return 1}, set b(v){}, get c(){return 1}, set c(v){}};
const m=new Map([['k',{a:1}],[{o:1},[1,2]]]);
const vals=[
 'plain', "it's", `both ' and "`, 1, -0, 1.5, 1e21, NaN, true, null, undefined, 10n, s, Symbol(), 
 [], [1,2,3], ['a','b'], [[1,[2,[3,[4]]]]], [undefined,null], arr, new Array(5), [,'a'], Array.from({length:120},(_, i)=>i), Array.from({length:10},(_, i)=>'item'+i), Array.from({length:27},(_, i)=>i*1000),
 {}, {a:1}, {a:'x',b:[1,2,{c:3}]}, {'needs-quote':1, ok_1:2, 3:4}, {[s]:1}, deep, long, nul, circ, getset,
 new Foo(), new Bar(), Foo, Bar, class {}, named, ()=>{}, async()=>{}, async function af(){}, function*gen(){}, withProps,
 m, new Set([1,'a',{b:1}]), new Map(), new Set(), new WeakMap(), new WeakSet(),
 new Date(0), new Date(NaN), /ab+c/gi, Promise.resolve(4), Promise.reject(new RangeError('no')).catch(()=>{}) && new Promise(()=>{}), 
 new Number(3), new String('str'), new Boolean(false), Object(1n),
 new Uint8Array([1,2,3]), new Float64Array(2), new ArrayBuffer(4), Buffer.from('hello'), Buffer.alloc(0),
 new Proxy({a:1},{}), new Proxy([1,2],{}), new Proxy(function f(){}, {}),
 {f(){}, g:()=>1, h:class X{}}, {date:new Date(0), re:/x/, err:undefined},
 'x'.repeat(100), ['x'.repeat(50),'y'.repeat(50)], {long:'word '.repeat(30)}, {multi:'line one is long enough\nline two'}, ['a\nb'],
 {a:{b:1,c:[1,2,3],d:{e:'f'}},g:[{h:1},{i:2}]},
 [{id:1,name:'Ada',roles:['admin','editor']},{id:2,name:'Grace',roles:[]}],
 Array.from({length:8},()=>({a:1})), {a:[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26]},
 (function(){return arguments})(1,2), Math, JSON, new (class extends Array{})(3), new (class extends Map{})([[1,2]]),
 Object.create({inherited:1}), Object.create(Foo.prototype), {__proto__:{constructor:undefined}}, {toString(){return 'custom'}}, Object.assign(()=>{}, {a:1}), {a:-0,b:[-0]}, [1.5,-2,3e10], ['€','日本語','a'], {é:1}, 'tab\tnew\nline', {s:'tab\tnew\nline\x00\x1b'},
 new URL('https://u:p@h.example:8080/p?q=1#f'), new URLSearchParams('a=1&b=2'),
 {user:{user_id:'auth0|1',email:'ada@example.test',app_metadata:{plan:'premium',quota:{max:10,used:3}},identities:[{connection:'db',isSocial:false}]}},
];
const formats=[
 ['%s and %s','a',1],['%d %i %f','42.5','42.9px','3.7'],['%j',{a:[1]}],['%o',{a:1}],['%O',{a:{b:{c:{d:1}}}}],['%s',{a:{b:1}}],['%s',[1,[2]]],['%s',new Bar()],['%s',new Date(0)],['%s',null,undefined,s],['%s',-0],['%s',12n],['%d',12n],['%d',{}],['%i',{}],['%f','x'],['%c red','color:red'],['%%'],['100%'],['%x',1],['%s'],['a','b',{c:1}],[{a:1},'b'],[1,'two',[3]],['%s',()=>1],['%s',class Q{}],['%d','0x10'],['%i',1.9],['%s','%s','x'],['no format',1,2],['',1],['%s %s','only'],
];
