from parity_truth import *
from parity_ours import read_ours
from parity_compare import compare
import time
if __name__ == "__main__":
    t=time.time()
    f=captures_folder()
    c=compare(f, read_truth(f), read_ours(f, captures(f)))
    print(*[c.told,c.found,c.outside,c.outside_found,c.aliases,c.captures,c.damaged],*c.problems,sep='\n')
    import pickle; pickle.dump([type('X',(),{})]and c.differences,open('/tmp/w/diffs.pkl','wb'))
    for d in c.differences: print(tuple(d))
    print(time.time()-t)
